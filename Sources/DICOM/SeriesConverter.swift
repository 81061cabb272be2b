internal import Domain
internal import Glibc
public import Imaging
internal import System

/// Converts a series to a volume with `dcm2niix`, and checks it against the grid of the slices' headers.
public struct SeriesConverter: Sendable {
    /// The program's absolute path; Debian's package of the same name installs it here.
    let program: String
    let seconds: Int

    /// - Parameter seconds: the time limit of a conversion.
    public init(program: String = "/usr/bin/dcm2niix", seconds: Int = 900) {
        (self.program, self.seconds) = (program, seconds)
    }

    /// Converts a series within `workplace`, an existing empty folder, and calls `body` with the volume and its grid.
    /// Blocks.
    /// - Throws: `converterMissing`, `converterFailed`, `converterTimedOut`, `conversionDiffers`, `unevenSlices`;
    ///   `unreadable` for a slice, or for a program that cannot be started; `unwritable`, and the errors of `body`.
    func convert(
        _ series: Series, in workplace: String, _ body: (ImageVolume, ImageGrid) throws(DICOMError) -> Void
    ) throws(DICOMError) {
        guard access(program, X_OK) == 0 else {
            throw .converterMissing(folder: series.folder, package: "dcm2niix")
        }
        let expected = try series.grid()
        let (input, output) = ("\(workplace)/in", "\(workplace)/out")
        for folder in [input, output] where mkdir(folder, 0o700) != 0 { throw .unwritable(file: folder, code: errno) }
        try series.place(in: input)
        // Without sidecar files, the user's defaults, names from headers, and compression.
        let process = ConverterProcess(
            arguments: [program, "-b", "n", "-g", "i", "-z", "n", "-f", "volume", "-o", output, input], home: workplace,
            seconds: seconds)
        switch process.run() {
        case .exited(0): break
        case .exited(let status): throw .converterFailed(folder: series.folder, status: status)
        case .timedOut: throw .converterTimedOut(folder: series.folder, seconds: seconds)
        case .failed(let code): throw .unreadable(file: program, code: code)
        }
        let (volume, grid) = try volume(in: output, expected, series.folder)
        try body(volume, grid)
    }

    /// The volume on the headers' grid: the converter may also write one that is resampled to even distances or sheared
    /// upright. For a tilted gantry it keeps the voxels but writes an upright grid; the sheared grid of the headers is
    /// used.
    /// - Throws: `conversionDiffers`.
    private func volume(
        in folder: String, _ expected: ImageGrid, _ source: String
    ) throws(DICOMError) -> (ImageVolume, ImageGrid) {
        let reader = NIfTIReader()
        var reason = "it made no volume"
        for name in (try? Folder.names(in: folder)) ?? [] where name.hasSuffix(".nii") {
            do {
                if expected.isSheared { Self.dropQuaternion(of: "\(folder)/\(name)") }
                let volume = try reader.readImage("\(folder)/\(name)")
                let grid = expected.withHandedness(of: volume.grid)
                if grid.isSheared, (grid.shape, grid.orientation) == (volume.grid.shape, volume.grid.orientation) {
                    return (volume, grid)
                }
                switch GridAgreement(image: grid, label: volume.grid) {
                case .agree, .nearly: return (volume, volume.grid)
                case .quarantine(let difference): reason = difference.description
                }
            } catch let error as ImagingError {
                reason = "the volume \(error.problem)"
            } catch {
                reason = "the volume cannot be read"
            }
        }
        throw .conversionDiffers(folder: source, reason: reason)
    }

    /// A qform cannot represent shear and would differ from the sform; sets its code to 0 (nifti1.h, "field:
    /// qform_code").
    private static func dropQuaternion(of path: String) {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        _ = pwrite(file, [0, 0] as [UInt8], 2, 252)
    }
}

extension ImageGrid {
    fileprivate var isSheared: Bool {
        let unit = affine.columns.map { $0 * (1 / $0.length) }
        return [(0, 1), (0, 2), (1, 2)].contains { abs(unit[$0.0].dot(unit[$0.1])) > 1e-3 }
    }

    /// The same world positions with the handedness of another grid: the j axis is reversed where they differ.
    public func withHandedness(of other: ImageGrid) -> ImageGrid {
        guard (affine.determinant < 0) != (other.affine.determinant < 0) else { return self }
        let last = affine.world(Vector3(0, Double(shape.y - 1), 0))
        return ImageGrid(
            shape: shape,
            affine: Affine(columns: [affine.columns[0], -affine.columns[1], affine.columns[2]], translation: last),
            sformCode: sformCode, qformCode: qformCode)
    }
}
