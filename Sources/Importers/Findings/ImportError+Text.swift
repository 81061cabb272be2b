internal import DICOM
internal import Documents
internal import Domain
internal import Imaging

extension ImportError: CustomStringConvertible {
    public var description: String { "\(file): \(problem); \(remedy)" }

    /// What is wrong, one clause.
    public var problem: String {
        switch self {
        case .unreadableFolder: "does not exist, or cannot be read"
        case .unrecognised(_, let lookedFor, let volumes):
            "no known layout" + (volumes > 0 ? " in a folder of \(volumes) NIfTI files" : "") + "; known layouts:"
                + lookedFor.map { "\n    " + $0 }.joined()
        case .ambiguous(_, let readings): "more than one interpretation matches: " + readings.joined(separator: "; ")
        case .notThisLayout(_, let layout, let reason): "not the layout \(layout.rawValue): \(reason)"
        case .unsupported(_, let what, _): what
        case .unreadableDescription(_, let reason): reason
        case .document(_, let problem): problem.description
        case .contradictoryValue(_, let value, let meanings):
            "the value \(value) means \(meanings.joined(separator: " and ")), but a voxel is at most one of them"
        case .leavesFolder(_, let path): "the path \(path) is outside the dataset's folder"
        case .missingFile(_, let role): "the \(role) is missing"
        case .listedFileMissing(_, let role, let folder): "the \(role) named in the list does not exist in \(folder)"
        case .waitsForImage: "the image is missing; the labels are recorded as waiting for it"
        case .movedImage(_, let dataset): "the image, imported with dataset \(dataset), no longer exists here"
        case .changedImage(_, let dataset): "not the image imported with dataset \(dataset): its checksum differs"
        case .exchangedImage(_, let image): image.problem
        case .noSuchImage(_, let dataset, let wanted):
            "its image is given as case \(wanted), which does not exist in dataset \(dataset)"
        case .severalImages(_, let dataset, let cases):
            "several images of dataset \(dataset) match this name: " + Self.list(cases)
        case .sharedImage(_, let dataset, let image, let cases):
            "the labels of \(Self.list(cases)) match the same image, \(image) of dataset \(dataset)"
        case .unknownRelease(_, let release, let known):
            "this layout has no release named \(release); known releases: " + known.joined(separator: ", ")
        case .holdsDatasets(_, let datasets): "not a dataset, but a folder of datasets: " + Self.list(datasets)
        case .wrongLine(_, let line, let problem): "line \(line): \(problem)"
        case .wrongLines(_, let problems):
            "\(problems.count) mistakes:" + problems.map { "\n    line \($0.line): \($0.problem)" }.joined()
        case .emptyLabels(_, _, let labels): labels.problem
        case .unmatchedPattern(_, let pattern, let key):
            "no file matches \(pattern), which the map lists under \(key)"
        case .unpaired(_, let image): "no image has the name of the label, but \(image) has almost the same"
        case .waitsForTarget(_, let link):
            "the image \(link) is a link to a file that does not exist; the labels are recorded as waiting for it"
        case .equalOrgans(_, let organs, let other):
            "\(organs.map(\.rawValue).joined(separator: " and ")) have exactly the same voxels here and in \(other), but a "
                + "voxel is at most one of them"
        case .duplicate(_, let what): what
        case .unknownNames(_, let names): "labels that match no organ: " + Self.list(names)
        case .unknownOrgan(_, let organ): "no organ has the key \(organ)"
        case .undeclaredOrgan(_, let organ, let declared):
            "no label file contains \(organ); the files contain " + Self.list(declared)
        case .volume(let error): error.problem
        case .series(let error): error.problem
        case .sliceCount(_, let labels, let image): "\(labels) label slices for \(image) image slices"
        case .sliceOrder(_, let reason): reason
        case .unknownValues(_, let values): "label values without a meaning: " + Self.list(values.map(String.init))
        case .gridMismatch(_, let image, let difference): "the grid differs from that of \(image): \(difference)"
        case .flipped(_, _, let proposal): "\(proposal.proposal): \(proposal.evidence)"
        case .sidesReversed(_, _, let problem): problem + ", and no pair of organs is in the normal order"
        case .purgedSubject(_, let subject, let reason, let revision):
            "a scan of subject \(subject), which was removed at revision \(revision) (\(reason)) and purged"
        case .unusable(_, let problem, _): problem
        case .changedWhileRead: "the file changed while it was read"
        }
    }

    /// What the user can do, one clause.
    public var remedy: String {
        switch self {
        case .unreadableFolder: "check the path and its permissions"
        case .unrecognised(_, _, let volumes) where volumes > 0:
            "describe the label values with --map FILE.yaml and name the images with --images, or give the folder that "
                + "has one of these layouts"
        case .unrecognised:
            "give the folder that has one of these layouts, or describe your own layout with --map FILE.yaml"
        case .listedFileMissing:
            "name the folder to which the list's paths are relative with --images, or finish the download"
        case .ambiguous: "choose one with --layout, --release or --images, or import the parts one by one"
        case .notThisLayout(_, .mapped, _):
            "correct the patterns in the map, as in images: \"{case}/CT.nii.gz\" and labels: \"{case}/{organ}.nii.gz\"; "
                + "capitals and folders count"
        case .notThisLayout: "omit --layout, or give the folder that has the layout"
        case .unsupported(_, _, let remedy): remedy
        case .unreadableDescription: "download the file again, or correct it"
        case .document(_, let problem): problem.remedy
        case .contradictoryValue:
            "give each organ a value of its own; if the voxels are of one organ only, name only that one"
        case .leavesFolder: "move the file into the folder, or name the folder of the images with --images"
        case .missingFile: "finish the download, or give the folder that contains it"
        case .waitsForImage:
            "finish the download and import again, or name the folder or the dataset of the images with --images"
        case .movedImage(_, let dataset):
            "record the folder's new path: lacuna dataset relocate \(dataset) PATH; or restore the file"
        case .changedImage:
            "restore the file, or import the changed images with these labels as a dataset of their own"
        case .exchangedImage(_, let image): image.remedy
        case .noSuchImage(_, let dataset, _):
            "correct the pairs; lacuna volume list --dataset \(dataset) lists the cases"
        case .sharedImage:
            "list the image of each case: --pairs FILE.csv with the columns case and image; import two label sets of "
                + "one image as two datasets"
        case .severalImages: "list the image of the case: --pairs FILE.csv with the columns case and image"
        case .unknownRelease: "correct the name, omit it, or give a label map with --map"
        case .holdsDatasets: "import them one by one"
        case .wrongLine: "correct the line"
        case .wrongLines: "correct the lines"
        case .emptyLabels(_, let name, .constant):
            "check the label in a viewer; if it is right, import again with --accept empty:\(name)"
        case .emptyLabels(_, let name, _):
            "download or compute the labels again; if the image really shows none of the organs, import again with "
                + "--accept empty:\(name)"
        case .unmatchedPattern: "correct the pattern, or remove it; capitals and folders count"
        case .unpaired: "give both the same name, or name the parts that differ in the patterns of a map"
        case .waitsForTarget:
            "restore the file to which it links (git annex get, git lfs pull), or name the folder or the dataset of the "
                + "images with --images"
        case .equalOrgans:
            "one file is probably a copy of the other: restore it, or remove it, and the organ is unlabelled"
        case .duplicate: "remove one of the two, or import them as two datasets"
        case .unknownNames(_, let names):
            "give a label map, or add the organs to the ontology; in a map, values may name files, as in "
                + "values: {\(names.first ?? "NAME"): liver}, and ignored or background those of no interest"
        case .unknownOrgan: "correct the key, or add the organ to the ontology"
        case .undeclaredOrgan: "remove it from --complete, --means or the map, or add it to the map's values"
        case .volume(let error): error.remedy
        case .series(let error): error.remedy
        case .sliceCount: "finish the download, or remove files that do not belong to the case"
        case .sliceOrder: "check image and label in a viewer, and rename the label slices in the right order"
        case .unknownValues: "give a label map with these values, or repair the label file"
        case .gridMismatch(_, _, .handedness):
            "check both in a viewer; if they match, import again with --accept handedness"
        case .gridMismatch(_, _, .crop):
            "save the label with the full extent of the image; or import again with --accept crop, which records it as "
                + "known only in this part"
        case .gridMismatch(_, _, .reachesOutside):
            "cut the label to the image's grid in a viewer, and import again; labels are never resampled"
        case .gridMismatch: "find the image on which the label was drawn; labels are never resampled"
        case .flipped(_, let name, _):
            "check both in a viewer; then import again with --accept flip:\(name), or with --accept flip for every "
                + "case with such evidence"
        case .sidesReversed(_, let name, _):
            "correct the affines of image and labels if they are mirrored; if the patient's organs are reversed, "
                + "import again with --accept laterality:\(name)"
        case .purgedSubject: "omit it; the removal applies to the scan under any name"
        case .unusable(_, _, let remedy): remedy
        case .changedWhileRead: "import again when no program writes to the folder"
        }
    }

    /// `1 class`, `2 classes`.
    static func count(_ number: Int, _ one: String, _ several: String) -> String {
        "\(number) \(number == 1 ? one : several)"
    }

    /// At most `limit` entries, then the number of further ones.
    static func list(_ entries: [String], limit: Int = 20) -> String {
        let shown = entries.prefix(limit).joined(separator: ", ")
        return entries.count > limit ? "\(shown) and \(entries.count - limit) more" : shown
    }
}
