internal import Catalog
internal import DICOM
internal import Domain
internal import Exporters
internal import Glibc
internal import Imaging

/// Puts the image of a case into an export of nnU-Net, or refers to it.
package struct ImagePlacement {
    package enum Method: String, CaseIterable, Sendable {
        /// Refer to the image by its path.
        case reference
        /// Copy the image into `imagesTr`, byte for byte; a `.hdr` and `.img` pair, or a file with more than three dimensions, is
        /// written as one three-dimensional file with the same voxels.
        case copy
        /// Create a symbolic link to the image in `imagesTr`.
        case link
    }

    private let method: Method
    /// `imagesTr` of the staged output; nil for references.
    private let folder: String?
    private let converted: SeriesCache

    init(_ method: Method, folder: String?, _ converted: SeriesCache) {
        (self.method, self.folder, self.converted) = (method, folder, converted)
    }

    /// Where an image was placed.
    struct Placed: Sendable {
        /// The path for `dataset.json`: absolute, or relative to the dataset's folder.
        let path: String
        /// Whether it was written anew, as one file with three dimensions.
        let isRewritten: Bool
    }

    /// Places the image. Blocks.
    ///
    /// - Parameter dimensions: dimensions in the header of the image.
    /// - Throws: `ExportError.unsupportedImage`, `.unwritable`; `DICOMError` for a series that cannot be converted; `ImagingError`.
    func place(_ item: ExportCase, dimensions: Int) throws -> Placed {
        let source = try converted.volumeFile(at: item.source.imagePath, digest: item.source.sha256)
        guard let folder else { return Placed(path: source, isRewritten: false) }
        let ending = [".nii.gz", ".nii"].first(where: source.lowercased().hasSuffix)
        if method == .copy, ending == nil || dimensions != 3 {
            let name = "\(item.name)_0000\(NNUNetDataset.fileEnding)"
            try rewrite(source, "\(folder)/\(name)")
            return Placed(path: "imagesTr/\(name)", isRewritten: true)
        }
        guard let ending else { throw ExportError.unsupportedImage(source) }
        let name = "\(item.name)_0000\(ending)"
        let target = "\(folder)/\(name)"
        if method == .link {
            guard symlink(source, target) == 0 else { throw failure(target) }
        } else {
            try copy(source, target)
        }
        return Placed(path: "imagesTr/\(name)", isRewritten: false)
    }

    private func rewrite(_ source: String, _ target: String) throws {
        let image = try NIfTIReader().readImage(source)
        let voxels: NIfTIWriter.Voxels =
            switch image.voxels {
            case .int16(let buffer): .int16(buffer)
            case .int32(let buffer): .int32(buffer)
            case .float32(let buffer): .float32(buffer)
            }
        try NIfTIWriter.write(voxels, on: image.grid, to: target)
    }

    private func copy(_ source: String, _ target: String) throws {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure(source) }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard output >= 0 else { throw failure(target) }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(input, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(source) }
            if count == 0 { break }
            try write(buffer[..<count], to: output, target)
        }
        guard fsync(output) == 0 else { throw failure(target) }
    }

    private func write(_ bytes: ArraySlice<UInt8>, to output: Int32, _ path: String) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure(path) }
            rest = rest.dropFirst(count)
        }
    }

    private func failure(_ path: String) -> ExportError {
        .unwritable(file: path, reason: String(cString: strerror(errno)))
    }
}
