internal import DICOM
internal import Imaging

extension ImportError: CustomStringConvertible {
    public var description: String { "\(file): \(problem); \(remedy)" }

    /// What is wrong, one clause.
    public var problem: String {
        switch self {
        case .unreadableFolder: "no such file or folder, or it may not be read"
        case .unrecognised(_, let sought, let volumes):
            "no known layout" + (volumes > 0 ? " in a folder of \(volumes) NIfTI files" : "") + "; looked for"
                + sought.map { "\n    " + $0 }.joined()
        case .ambiguous(_, let readings): "more than one reading fits: " + readings.joined(separator: "; ")
        case .notThisLayout(_, let layout, let reason): "not the layout \(layout.rawValue): \(reason)"
        case .unsupported(_, let what, _): what
        case .unreadableDescription(_, let reason): reason
        case .leavesFolder(_, let path): "the path \(path) leaves the dataset's folder"
        case .missingFile(_, let role): "the \(role) is missing"
        case .listedFileMissing(_, let role, let folder): "the \(role) that the list names is not in \(folder)"
        case .waitsForImage: "the image is missing, so the labels wait: they are no volume by themselves"
        case .movedImage(_, let dataset): "the image, which dataset \(dataset) brought, is not there any more"
        case .changedImage(_, let dataset): "not the image that dataset \(dataset) brought: its bytes have changed"
        case .exchangedImage(_, let image): image.problem
        case .noSuchImage(_, let dataset, let wanted):
            "its image is to be case \(wanted), which \(dataset) does not have"
        case .severalImages(_, let dataset, let cases):
            "several images of dataset \(dataset) answer to this name: " + Self.list(cases)
        case .sharedImage(_, let dataset, let image, let cases):
            "the labels of \(Self.list(cases)) claim one image, \(image) of dataset \(dataset)"
        case .unknownRelease(_, let release, let known):
            "no release \(release) of this layout is known; known are " + known.joined(separator: ", ")
        case .holdsDatasets(_, let datasets): "a folder of datasets: " + Self.list(datasets)
        case .wrongLine(_, let line, let problem): "line \(line): \(problem)"
        case .duplicate(_, let what): what
        case .unknownNames(_, let names): "labels that name no known organ: " + Self.list(names)
        case .unknownOrgan(_, let organ): "no organ has the key \(organ)"
        case .undeclaredOrgan(_, let organ, let declared):
            "no label file names \(organ); they name " + Self.list(declared)
        case .volume(let error): error.problem
        case .series(let error): error.problem
        case .sliceCount(_, let labels, let image): "\(labels) label slices on \(image) image slices"
        case .sliceOrder(_, let reason): reason
        case .unknownValues(_, let values): "label values without a meaning: " + Self.list(values.map(String.init))
        case .gridMismatch(_, let image, let difference): "not on the grid of \(image): \(difference)"
        case .flipped(_, _, let proposal): "\(proposal.proposal): \(proposal.evidence)"
        case .sidesReversed(_, _, let problem): problem + ", and no pair of organs lies as it should"
        case .purgedSubject(_, let subject, let reason, let revision):
            "a scan of \(subject), which was removed at revision \(revision) (\(reason)) and purged"
        case .changedWhileRead: "the file changed while it was read"
        }
    }

    /// What to do about it, one clause.
    public var remedy: String {
        switch self {
        case .unreadableFolder: "check the path and its permissions"
        case .unrecognised(_, _, let volumes) where volumes > 0:
            "explain the values of label files with --map FILE.yaml, and name their images with --images; or point at the "
                + "folder that holds one of these structures"
        case .unrecognised:
            "point at the folder that holds one of these structures, or describe a structure of your own with --map FILE.yaml"
        case .listedFileMissing:
            "name the folder in which the list's paths begin with --images, or finish the download"
        case .ambiguous: "choose one with --layout, --release or --images, or import the parts one by one"
        case .notThisLayout: "leave the layout to be recognised, or point at the folder that holds it"
        case .unsupported(_, _, let remedy): remedy
        case .unreadableDescription: "download the file again, or correct it"
        case .leavesFolder: "put the file into the folder, or give the folder of the images by itself"
        case .missingFile: "finish the download, or give the folder that holds it"
        case .waitsForImage:
            "finish the download and import again, or name the folder or the dataset of the images with --images"
        case .movedImage(_, let dataset):
            "say where the folder lies now: lacuna dataset relocate \(dataset) PATH; or restore the file"
        case .changedImage:
            "restore the file, or import the changed images with these labels as a dataset of their own"
        case .exchangedImage(_, let image): image.remedy
        case .noSuchImage(_, let dataset, _):
            "correct the pairs; lacuna volume list --dataset \(dataset) shows its cases"
        case .sharedImage:
            "say which image each of them has: --pairs FILE.csv with the columns case and image; two label sets of one image are "
                + "two datasets"
        case .severalImages: "say which one it is: --pairs FILE.csv with the columns case and image"
        case .unknownRelease: "correct the name, leave it out, or say with a label map what the values mean"
        case .holdsDatasets: "import them one by one"
        case .wrongLine: "correct the line"
        case .duplicate: "remove one of the two, or import them as two datasets"
        case .unknownNames: "give a label map, or add the organs to the ontology"
        case .unknownOrgan: "correct the key, or add the organ to the ontology"
        case .undeclaredOrgan: "take it out of --complete, --means or the map, or name it in the map's values"
        case .volume(let error): error.remedy
        case .series(let error): error.remedy
        case .sliceCount: "finish the download, or remove what does not belong to the case"
        case .sliceOrder: "look at image and label in a viewer, and rename the label slices in the right order"
        case .unknownValues: "give a label map that explains them, or repair the label file"
        case .gridMismatch(_, _, .handedness):
            "look at both in a viewer; if they fit, import again with --accept handedness"
        case .gridMismatch: "find the image that the label was drawn on; labels are never resampled silently"
        case .flipped(_, let name, _):
            "look at both in a viewer; then import again with --accept flip:\(name), or with --accept flip for every case "
                + "with such evidence"
        case .sidesReversed(_, let name, _):
            "correct the affines of image and labels if they are mirrored; if the patient's organs are reversed, import "
                + "again with --accept laterality:\(name)"
        case .purgedSubject: "leave it out; the removal stands under whatever name the scan comes"
        case .changedWhileRead: "import again when nothing writes to the folder"
        }
    }

    /// `1 class`, `2 classes`.
    static func count(_ number: Int, _ one: String, _ several: String) -> String {
        "\(number) \(number == 1 ? one : several)"
    }

    /// At most twenty entries, then how many more.
    static func list(_ entries: [String], limit: Int = 20) -> String {
        let shown = entries.prefix(limit).joined(separator: ", ")
        return entries.count > limit ? "\(shown) and \(entries.count - limit) more" : shown
    }
}
