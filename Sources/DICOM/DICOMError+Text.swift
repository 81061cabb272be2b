internal import Glibc
internal import Imaging

extension DICOMError: CustomStringConvertible {
    public var description: String { "\(file): \(problem); \(remedy)" }

    /// The file or folder concerned.
    public var file: String {
        switch self {
        case .unreadable(let file, _), .notDICOM(let file), .unsupportedSyntax(let file, _), .multiFrame(let file),
            .labelsOnly(let file, _), .noSlices(let file), .seriesUnclear(let file, _), .unevenSlices(let file, _),
            .seriesGone(let file),
            .converterMissing(let file, _), .converterFailed(let file, _), .converterTimedOut(let file, _),
            .conversionDiffers(let file, _), .unwritable(let file, _):
            file
        }
    }

    /// What is wrong, one clause.
    public var problem: String {
        switch self {
        case .unreadable(_, let code): "cannot be read: \(String(cString: strerror(code)))"
        case .notDICOM: "is not a DICOM file, or its header ends early"
        case .unsupportedSyntax(_, let uid): "has transfer syntax \(uid), which is not supported"
        case .multiFrame: "contains several slices in one file"
        case .labelsOnly(_, let format): "is \(format.description), not an image, and the folder has no slices"
        case .noSlices: "contains no DICOM slice with pixels and a position"
        case .seriesUnclear(_, let candidates):
            "several series match, or none: " + candidates.joined(separator: ", ")
        case .unevenSlices(_, let reason): "its slices do not form a volume: \(reason)"
        case .seriesGone: "the imported series is missing, or its files have changed"
        case .converterMissing: "DICOM needs the program dcm2niix, which is not installed"
        case .converterFailed(_, let status): "dcm2niix ended with status \(status)"
        case .converterTimedOut(_, let seconds): "dcm2niix was stopped after \(seconds) seconds"
        case .conversionDiffers(_, let reason): "the volume of dcm2niix does not match the slices' headers: \(reason)"
        case .unwritable(_, let code): "cannot be written: \(String(cString: strerror(code)))"
        }
    }

    /// What the user can do, one clause.
    public var remedy: String {
        switch self {
        case .unreadable: "check that it exists and that this user may read it"
        case .notDICOM: "download it again, or remove it from the folder"
        case .unsupportedSyntax: "rewrite it with dcmconv --write-xfer-little"
        case .multiFrame: "convert it with dcm2niix, check the result, and import that"
        case .labelsOnly(_, let format): format.remedy
        case .noSlices: "finish the download, or give the folder with the slices"
        case .seriesUnclear: "keep only the wanted series in the folder"
        case .unevenSlices: "finish the download, or keep only the files of one acquisition in the folder"
        case .seriesGone: "restore the imported files, or import the dataset again"
        case .converterMissing(_, let package): "apt-get install \(package)"
        case .converterFailed, .converterTimedOut: "run dcm2niix on the folder yourself, and import the result"
        case .conversionDiffers: "convert the folder yourself, check the result in a viewer, and import that"
        case .unwritable: "check the folder's permissions and the free space of the disk"
        }
    }
}
