/// What can be wrong with a folder of DICOM slices or its conversion. Cases carry paths, counts and sizes; never what a
/// header says of a patient.
public enum DICOMError: Error, Hashable, Sendable {
    /// The operating system refused; `code` is its `errno`.
    case unreadable(file: String, code: Int32)
    /// No header of DICOM, or one that ends early.
    case notDICOM(file: String)
    /// A way of writing the header that is not read here.
    case unsupportedSyntax(file: String, uid: String)
    /// One file that holds all slices.
    case multiFrame(file: String)
    /// No slice with pixels and a position.
    case noSlices(folder: String)
    /// Several series, none or more than one of which fits; each with its slices.
    case seriesUnclear(folder: String, candidates: [String])
    /// Slices of one series that do not lie on one grid.
    case unevenSlices(folder: String, reason: String)
    /// The series that was imported is not in the folder any more.
    case seriesGone(folder: String)
    /// The program is not installed; `package` brings it.
    case converterMissing(folder: String, package: String)
    case converterFailed(folder: String, status: Int32)
    case converterTimedOut(folder: String, seconds: Int)
    /// No volume came out that lies where the headers say.
    case conversionDiffers(folder: String, reason: String)
    case unwritable(file: String, code: Int32)
}
