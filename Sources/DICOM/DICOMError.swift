public import Imaging

/// An error of a folder of DICOM slices or its conversion. Cases have paths, counts and sizes; never patient data from
/// a header.
public enum DICOMError: Error, Hashable, Sendable {
    /// The operating system refused to read; `code` is `errno`.
    case unreadable(file: String, code: Int32)
    /// No DICOM header, or one that ends early.
    case notDICOM(file: String)
    /// A transfer syntax that is not supported.
    case unsupportedSyntax(file: String, uid: String)
    /// One file with several slices.
    case multiFrame(file: String)
    /// No slice, but a file of labels: a segmentation or a structure set.
    case labelsOnly(file: String, format: ForeignFormat)
    /// No slice with pixels and a position.
    case noSlices(folder: String)
    /// Several series, of which none or more than one matches; each candidate with its size.
    case seriesUnclear(folder: String, candidates: [String])
    /// The slices of a series do not form one grid.
    case unevenSlices(folder: String, reason: String)
    /// The imported series is no longer in the folder.
    case seriesGone(folder: String)
    /// The converter is not installed; `package` is its Debian package.
    case converterMissing(folder: String, package: String)
    case converterFailed(folder: String, status: Int32)
    case converterTimedOut(folder: String, seconds: Int)
    /// The converter made no volume on the grid of the slices' headers.
    case conversionDiffers(folder: String, reason: String)
    /// The operating system refused to write; `code` is `errno`.
    case unwritable(file: String, code: Int32)
}
