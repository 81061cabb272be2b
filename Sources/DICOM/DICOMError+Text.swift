internal import Glibc

extension DICOMError: CustomStringConvertible {
    public var description: String { "\(file): \(problem); \(remedy)" }

    /// The file or folder concerned.
    public var file: String {
        switch self {
        case .unreadable(let file, _), .notDICOM(let file), .unsupportedSyntax(let file, _), .multiFrame(let file),
            .noSlices(let file), .seriesUnclear(let file, _), .unevenSlices(let file, _), .seriesGone(let file),
            .converterMissing(let file, _), .converterFailed(let file, _), .converterTimedOut(let file, _),
            .conversionDiffers(let file, _), .unwritable(let file, _):
            file
        }
    }

    /// What is wrong, one clause.
    public var problem: String {
        switch self {
        case .unreadable(_, let code): "cannot be read: \(String(cString: strerror(code)))"
        case .notDICOM: "is no DICOM file, or its header ends early"
        case .unsupportedSyntax(_, let uid): "has a header in transfer syntax \(uid), which is not read"
        case .multiFrame: "holds several slices in one file"
        case .noSlices: "holds no DICOM slice with pixels and a position"
        case .seriesUnclear(_, let candidates):
            "it is not clear which series is meant: " + candidates.joined(separator: ", ")
        case .unevenSlices(_, let reason): "its slices make no volume: \(reason)"
        case .seriesGone: "the imported series is not there, or its files changed"
        case .converterMissing: "DICOM needs the program dcm2niix, which is not installed"
        case .converterFailed(_, let status): "dcm2niix ended with status \(status)"
        case .converterTimedOut(_, let seconds): "dcm2niix was stopped after \(seconds) seconds"
        case .conversionDiffers(_, let reason): "what dcm2niix made is not what the headers say: \(reason)"
        case .unwritable(_, let code): "cannot be written: \(String(cString: strerror(code)))"
        }
    }

    /// What to do about it, one clause.
    public var remedy: String {
        switch self {
        case .unreadable: "check that it exists and may be read by this user"
        case .notDICOM: "download it again, or remove it from the folder"
        case .unsupportedSyntax: "rewrite it with dcmconv --write-xfer-little"
        case .multiFrame: "convert it with dcm2niix, look at the result, and import that"
        case .noSlices: "finish the download, or point at the folder that holds the slices"
        case .seriesUnclear: "leave only the wanted series in the folder"
        case .unevenSlices: "finish the download, or leave the files of one acquisition in the folder"
        case .seriesGone: "put the imported files back, or import the dataset again"
        case .converterMissing(_, let package): "apt-get install \(package)"
        case .converterFailed, .converterTimedOut: "run dcm2niix on the folder by hand, and import what it makes"
        case .conversionDiffers: "convert the folder by hand, look at the result in a viewer, and import that"
        case .unwritable: "check the folder's permissions and the free space of the disk"
        }
    }
}
