internal import Catalog
internal import DICOM
internal import Domain
internal import Exporters
internal import Glibc
internal import Imaging

/// Brings a case's image into the export, byte for byte, or names it where it lies. Blocks.
struct ImagePlacement {
    private let images: ExportNNUNet.Images
    /// `imagesTr` of the staged output; nil where images are named.
    private let folder: String?

    private let converted: SeriesCache

    init(_ images: ExportNNUNet.Images, folder: String?, _ converted: SeriesCache) {
        (self.images, self.folder, self.converted) = (images, folder, converted)
    }

    /// - Returns: the path to write into `dataset.json`: absolute, or relative to the dataset's folder.
    func place(_ item: ExportCase) throws -> String {
        let source = try converted.volumeFile(at: item.source.path, digest: item.source.sha256)
        guard let folder else { return source }
        guard let ending = [".nii.gz", ".nii"].first(where: source.lowercased().hasSuffix) else {
            throw ExportError.unsupportedImage(source)
        }
        let name = "\(item.name)_0000\(ending)"
        let target = "\(folder)/\(name)"
        if images == .link {
            guard symlink(source, target) == 0 else { throw failure(target) }
        } else {
            try copy(source, target)
        }
        return "imagesTr/\(name)"
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

extension SourceRow {
    /// The absolute path of the image as it was imported.
    var path: String { "\(root)/\(file)" }
}
