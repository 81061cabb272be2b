public import DICOM
public import Documents
public import Domain
public import Imaging

/// Why a folder, a case or a file is not imported. Each case has a file, a problem and a remedy; texts contain file
/// names and header fields only, never voxels of a patient's image.
public enum ImportError: Error, Hashable, Sendable {
    /// The path does not exist or cannot be listed.
    case unreadableFolder(String)
    /// No layout matches; `lookedFor` lists the known layouts, `volumes` counts the NIfTI files in the folder itself.
    case unrecognised(folder: String, lookedFor: [String], volumes: Int)
    /// Several layouts match, or one layout in several ways.
    case ambiguous(folder: String, readings: [String])
    /// The folder does not have the layout that the caller specified.
    case notThisLayout(folder: String, layout: LayoutName, reason: String)
    /// A known structure that cannot be imported.
    case unsupported(folder: String, what: String, remedy: String)
    /// `dataset.json`, a map or a table is invalid.
    case unreadableDescription(file: String, reason: String)
    /// A table or a JSON text of the dataset is invalid at a line.
    case document(file: String, DocumentProblem)
    /// A label value means organs, or an organ and the background, of which a voxel is at most one.
    case contradictoryValue(file: String, value: Int, meanings: [String])
    /// A path to a file outside the dataset's folder.
    case leavesFolder(file: String, path: String)
    /// A file that the layout requires does not exist.
    case missingFile(file: String, role: String)
    /// A file that a list names does not exist in the folder to which its paths are relative.
    case listedFileMissing(file: String, role: String, folder: String)
    /// Labels whose image is not available yet; recorded as waiting, without a volume.
    case waitsForImage(file: String)
    /// The same where the image is a link to a file that does not exist.
    case waitsForTarget(file: String, link: String)
    /// An image of another dataset is not at its recorded path.
    case movedImage(file: String, dataset: String)
    /// An image of another dataset does not have its recorded checksum.
    case changedImage(file: String, dataset: String)
    /// The image file of a recorded case now contains another recorded scan; quarantined.
    case exchangedImage(file: String, ExchangedImage)
    /// Several images of another dataset match one name.
    case severalImages(file: String, dataset: String, cases: [String])
    /// Labels of several cases match the same image of another dataset.
    case sharedImage(file: String, dataset: String, image: String, cases: [String])
    /// The caller names a case of another dataset that does not exist.
    case noSuchImage(file: String, dataset: String, wanted: String)
    /// The layout has no release of that name.
    case unknownRelease(folder: String, release: String, known: [String])
    /// Not a dataset, but a folder of datasets.
    case holdsDatasets(folder: String, datasets: [String])
    /// The caller's description of the dataset is invalid at a line.
    case wrongLine(file: String, line: Int, problem: String)
    /// The same at several lines; at least two.
    case wrongLines(file: String, [LineProblem])
    /// The labels of a case have no voxels of any organ, or are of one value everywhere; quarantined.
    case emptyLabels(file: String, caseName: String, EmptyLabels)
    /// A pattern of the caller's map matches no file.
    case unmatchedPattern(folder: String, pattern: String, key: String)
    /// Labels whose image seems to be a file of almost the same name.
    case unpaired(file: String, image: String)
    /// Two organs that exclude each other have exactly the same voxels in two files of a case; quarantined.
    case equalOrgans(file: String, organs: [OrganKey], other: String)
    /// Two cases, or two files of one case, have the same name or organ.
    case duplicate(file: String, what: String)
    /// No label name of the file matches an organ of the ontology.
    case unknownNames(file: String, names: [String])
    /// The ontology has no organ with that key.
    case unknownOrgan(file: String, organ: String)
    /// The caller's options name an organ that no label file contains.
    case undeclaredOrgan(folder: String, organ: String, declared: [String])
    /// The file is not a usable volume.
    case volume(ImagingError)
    /// The folder of DICOM slices is not a usable image.
    case series(DICOMError)
    /// Label slices and image slices differ in number.
    case sliceCount(file: String, labels: Int, image: Int)
    /// The order of label slices relative to image slices is uncertain; quarantined.
    case sliceOrder(file: String, reason: String)
    /// The label file contains values without a meaning.
    case unknownValues(file: String, values: [Int])
    /// Label and image have different grids; quarantined, never resampled.
    case gridMismatch(file: String, image: String, difference: GridDisagreement)
    /// The labels seem to be mirrored relative to the image, or fit it only contrary to their own header; quarantined.
    case flipped(file: String, caseName: String, proposal: FlipProposal)
    /// Every sided organ is on the wrong side although the labels fit the image: both are mirrored, or the patient's
    /// organs are reversed; quarantined.
    case sidesReversed(file: String, caseName: String, problem: String)
    /// A scan of a subject who was removed and whose masks were purged; quarantined.
    case purgedSubject(file: String, subject: String, reason: String, revision: Int64)
    /// A file or a folder that cannot be listed, named or opened.
    case unusable(file: String, problem: String, remedy: String)
    /// The file changed while it was read.
    case changedWhileRead(file: String)

    /// The file or folder that the error is about.
    public var file: String {
        switch self {
        case .unreadableFolder(let file), .unrecognised(let file, _, _), .ambiguous(let file, _),
            .notThisLayout(let file, _, _), .unsupported(let file, _, _), .unreadableDescription(let file, _),
            .leavesFolder(let file, _), .waitsForImage(let file), .unknownRelease(let file, _, _),
            .holdsDatasets(let file, _), .wrongLine(let file, _, _), .wrongLines(let file, _), .document(let file, _),
            .contradictoryValue(let file, _, _), .emptyLabels(let file, _, _), .unmatchedPattern(let file, _, _),
            .unpaired(let file, _), .waitsForTarget(let file, _), .equalOrgans(let file, _, _),
            .missingFile(let file, _), .duplicate(let file, _),
            .unknownNames(let file, _), .unknownOrgan(let file, _), .undeclaredOrgan(let file, _, _),
            .unknownValues(let file, _),
            .gridMismatch(let file, _, _), .sliceCount(let file, _, _), .sliceOrder(let file, _),
            .listedFileMissing(let file, _, _), .changedWhileRead(let file),
            .movedImage(let file, _), .flipped(let file, _, _), .sidesReversed(let file, _, _),
            .purgedSubject(let file, _, _, _),
            .changedImage(let file, _), .exchangedImage(let file, _),
            .severalImages(let file, _, _), .sharedImage(let file, _, _, _),
            .noSuchImage(let file, _, _):
            file
        case .unusable(let file, _, _): file
        case .volume(let error): error.file
        case .series(let error): error.file
        }
    }

    /// Whether the case is quarantined for a person to check rather than refused.
    public var quarantines: Bool {
        switch self {
        case .gridMismatch, .volume(.formsDisagree), .sliceOrder, .flipped, .sidesReversed, .purgedSubject,
            .exchangedImage, .emptyLabels, .equalOrgans:
            true
        default: false
        }
    }
}

/// A problem in a line of a text.
public struct LineProblem: Hashable, Sendable, Comparable {
    /// Counted from 1.
    public let line: Int
    /// One clause.
    public let problem: String

    public static func < (one: LineProblem, other: LineProblem) -> Bool {
        (one.line, one.problem) < (other.line, other.problem)
    }
}
