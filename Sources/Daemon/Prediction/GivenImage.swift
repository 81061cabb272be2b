internal import DICOM
internal import Domain
internal import Imaging
internal import System
internal import Workflows

/// An image outside the catalogue: a NIfTI file, or a folder with one DICOM series.
struct GivenImage: Sendable {
    let path: String
    /// The NIfTI file that is read: the path itself, or the converted series.
    private let file: String
    /// As DICOM states it; nil for NIfTI, which does not.
    let modality: String?

    /// - Throws: `DICOMError`, `WorkflowError` of kind `badInput` for a folder with several series.
    init(_ path: String, _ converted: SeriesCache) throws {
        self.path = path
        guard SeriesCache.isFolder(path) else {
            (file, modality) = (path, nil)
            return
        }
        let folder = try SeriesFolder(path)
        guard let series = folder.series.first, folder.series.count == 1 else {
            throw WorkflowError(
                .badInput, "it contains \(folder.series.count) DICOM series", file: path,
                remedy: "give a folder with the files of one DICOM series, or name the NIfTI files themselves")
        }
        file = try converted.volume(of: series, digest: try series.digest())
        modality = series.modality
    }

    /// - Parameter available: bytes of memory that are free; nil where nobody knows.
    /// - Throws: `ImagingError`; `WorkflowError` of kind `badInput` for an image that alone is larger than the free memory.
    func read(available: Int? = Memory.available) throws -> ImageVolume {
        do {
            return try NIfTIReader(limitInBytes: min(Self.largest, available ?? .max)).readImage(file)
        } catch ImagingError.claimTooLarge(_, let dimensions, let limit) where limit < Self.largest {
            throw WorkflowError(
                .badInput,
                "its \(dimensions.map(String.init).joined(separator: " × ")) voxels take more memory than the \(limit >> 20) MiB that are free",
                file: path, remedy: "crop the image, or predict it on a machine with more memory")
        }
    }

    /// No image is larger, in bytes.
    private static let largest = 8 << 30

    /// The name of its output folder: the file's or folder's, without the suffix of NIfTI.
    var name: String {
        let last = path.split(separator: "/").last.map(String.init) ?? "image"
        for suffix in [".nii.gz", ".nii"] where last.hasSuffix(suffix) { return String(last.dropLast(suffix.count)) }
        return last
    }
}
