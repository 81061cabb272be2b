internal import DICOM
internal import Domain
internal import Imaging
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

    /// - Throws: `ImagingError`.
    func read() throws -> ImageVolume { try NIfTIReader().readImage(file) }

    /// The name of its output folder: the file's or folder's, without the suffix of NIfTI.
    var name: String {
        let last = path.split(separator: "/").last.map(String.init) ?? "image"
        for suffix in [".nii.gz", ".nii"] where last.hasSuffix(suffix) { return String(last.dropLast(suffix.count)) }
        return last
    }
}
