public import DICOM
public import Imaging

/// Why a folder, a case or a file is not taken. Each case names the file, and says problem and remedy; file names and
/// header facts only, never voxels of a patient's image.
public enum ImportError: Error, Hashable, Sendable {
    /// The path does not exist or cannot be listed.
    case unreadableFolder(String)
    /// No layout fits; `lookedFor` says what was sought, `volumes` how many NIfTI files lie in the folder itself.
    case unrecognised(folder: String, lookedFor: [String], volumes: Int)
    /// Several layouts, or several readings of one, fit.
    case ambiguous(folder: String, readings: [String])
    /// The layout that was asked for is not there.
    case notThisLayout(folder: String, layout: LayoutName, reason: String)
    /// A known structure that cannot be imported.
    case unsupported(folder: String, what: String, remedy: String)
    /// `dataset.json`, a map or a table cannot be understood.
    case unreadableDescription(file: String, reason: String)
    /// A path that names a file outside the dataset's folder.
    case leavesFolder(file: String, path: String)
    /// A file that the structure promises is not there.
    case missingFile(file: String, role: String)
    /// A file that a list names is not where its paths begin.
    case listedFileMissing(file: String, role: String, folder: String)
    /// Labels whose image is not there yet; they are no volume, and wait.
    case waitsForImage(file: String)
    /// An image of another dataset that does not lie where the catalogue says.
    case movedImage(file: String, dataset: String)
    /// An image of another dataset that is not the one that was imported.
    case changedImage(file: String, dataset: String)
    /// A case on record whose image shows another scan now; quarantined.
    case exchangedImage(file: String, ExchangedImage)
    /// Several images of another dataset answer to one name.
    case severalImages(file: String, dataset: String, cases: [String])
    /// Labels of several cases that claim one image of another dataset.
    case sharedImage(file: String, dataset: String, image: String, cases: [String])
    /// A case of another dataset, named by the caller, that it does not have.
    case noSuchImage(file: String, dataset: String, wanted: String)
    /// A release that the layout does not know.
    case unknownRelease(folder: String, release: String, known: [String])
    /// No dataset itself, but a folder of datasets.
    case holdsDatasets(folder: String, datasets: [String])
    /// A description of the caller's own, wrong at a line.
    case wrongLine(file: String, line: Int, problem: String)
    /// Two cases, or two files of one case, claim the same name or organ.
    case duplicate(file: String, what: String)
    /// No label of the file names an organ of the ontology.
    case unknownNames(file: String, names: [String])
    /// An organ key that the ontology does not have.
    case unknownOrgan(file: String, organ: String)
    /// An organ that the caller says something of and no label file names.
    case undeclaredOrgan(folder: String, organ: String, declared: [String])
    /// The file is no volume that can be used.
    case volume(ImagingError)
    /// The folder of DICOM slices is no image that can be used.
    case series(DICOMError)
    /// Label slices and image slices differ in number.
    case sliceCount(file: String, labels: Int, image: Int)
    /// Which label slice lies on which image slice is in doubt; quarantined.
    case sliceOrder(file: String, reason: String)
    /// Label voxels hold values that the map does not explain.
    case unknownValues(file: String, values: [Int])
    /// Label and image lie on different grids; quarantined, never resampled.
    case gridMismatch(file: String, image: String, difference: GridDisagreement)
    /// The labels seem to lie mirrored on the image, or fit it only against their own header.
    case flipped(file: String, caseName: String, proposal: FlipProposal)
    /// Every sided organ lies on the wrong side, and the labels fit the image: both are mirrored, or the patient is.
    case sidesReversed(file: String, caseName: String, problem: String)
    /// A scan of a subject who was removed, and whose masks are purged; quarantined.
    case purgedSubject(file: String, subject: String, reason: String, revision: Int64)
    /// The file changed while it was read.
    case changedWhileRead(file: String)

    /// The file or folder that the error is about.
    public var file: String {
        switch self {
        case .unreadableFolder(let file), .unrecognised(let file, _, _), .ambiguous(let file, _),
            .notThisLayout(let file, _, _), .unsupported(let file, _, _), .unreadableDescription(let file, _),
            .leavesFolder(let file, _), .waitsForImage(let file), .unknownRelease(let file, _, _),
            .holdsDatasets(let file, _), .wrongLine(let file, _, _), .missingFile(let file, _), .duplicate(let file, _),
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
        case .volume(let error): error.file
        case .series(let error): error.file
        }
    }

    /// Whether the case is held back for a person to look at rather than refused.
    public var quarantines: Bool {
        switch self {
        case .gridMismatch, .volume(.formsDisagree), .sliceOrder, .flipped, .sidesReversed, .purgedSubject,
            .exchangedImage:
            true
        default: false
        }
    }
}
