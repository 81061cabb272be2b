package import Catalog
package import DICOM
internal import Domain
package import Imaging
package import Objects

extension CatalogError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .unknownOrgan(let name, let nearest):
            CommandFailure(
                .badInput, "no organ is called \(name)",
                remedy: (nearest.isEmpty ? "" : "did you mean \(nearest.map(\.rawValue).joined(separator: ", "))? ")
                    + "lacuna organ list shows all")
        case .unknownVolume(let name):
            CommandFailure(
                .badInput, "no volume answers to \(name)",
                remedy: "name it by its id, by DATASET/CASE or by its file; lacuna volume list shows them")
        case .ambiguousVolume(let name, let matches):
            CommandFailure(.badInput, "\(matches) volumes answer to \(name)", remedy: "name one by its id")
        case .unknownDataset(let name):
            CommandFailure(.badInput, "there is no dataset \(name)", remedy: "lacuna dataset list shows them")
        case .unknownSubject(let name):
            CommandFailure(
                .badInput, "no subject answers to \(name)",
                remedy: "name it by its id or by DATASET/KEY; lacuna subject list shows them")
        case .unknownRelease(let name, let dataset, let known):
            CommandFailure(
                .badInput, "dataset \(dataset) has no release \(name)",
                remedy: "its releases are: \(known.joined(separator: ", "))")
        case .removedDataset(let name):
            CommandFailure(
                .conflict, "the dataset \(name) is removed", remedy: "lacuna dataset restore \(name) brings it back")
        case .withheldVolume(let volume, let reason):
            CommandFailure(
                .conflict, "volume \(volume) is withheld: \(reason)",
                remedy: "lacuna volume show \(volume) says why; restore or include it to use its labels")
        case .purgedSubject(let name, let reason, let revision):
            CommandFailure(
                .conflict, "subject \(name) was removed at revision \(revision) (\(reason)) and its masks are purged",
                remedy: "leave its scans out; the removal stands")
        case .exchangedScan(let scan):
            CommandFailure(
                .conflict,
                "case \(scan.caseName) is volume \(scan.volume), and its image shows volume \(scan.shown) now",
                remedy: "put the imported file back, or import the folder as a release of its own: --release NAME")
        case .unknownRun(let name):
            CommandFailure(.badInput, "there is no run \(name)", remedy: "lacuna round list shows them")
        case .notPublished(let run, let round, let published):
            CommandFailure(
                .badInput, "run \(run) has published no round \(round)",
                remedy: published.isEmpty
                    ? "it has published none yet; lacuna round list --run \(run)"
                    : "name one of \(published.map(String.init).joined(separator: ", ")), or none")
        case .unknownSplit(let name):
            CommandFailure(.badInput, "there is no split \(name)", remedy: "lacuna split show shows them")
        case .unknownMask(let id):
            CommandFailure(.badInput, "there is no mask \(id)", remedy: "lacuna mask list shows them")
        case .unknownCheckpoint(let id):
            CommandFailure(.badInput, "there is no checkpoint \(id)", remedy: "lacuna round list shows them")
        case .unknownRevision(let revision, let newest):
            CommandFailure(.badInput, "there is no revision \(revision)", remedy: "the newest is \(newest)")
        case .noMask(let volume, let organ):
            CommandFailure(
                .badInput, "volume \(volume) has no mask of \(organ)",
                remedy: "lacuna mask list --volume \(volume) shows what it has")
        case .splitExists(let name):
            CommandFailure(.conflict, "there is a split \(name) already", remedy: "choose another name")
        case .tooFewSubjects(let split, let subjects):
            CommandFailure(
                .badInput, "split \(split) would have more folds than the \(subjects) subjects that train",
                remedy: "choose fewer folds, or name more datasets with --train")
        case .noPartition(let activity):
            CommandFailure(
                .badInput, "activity \(activity) split no organ",
                remedy: "lacuna organ split says which activity did; lacuna mask show names it too")
        case .subjectInTwoParts(let split, let subject):
            CommandFailure(
                .conflict, "subject \(subject) would be in two parts of split \(split)",
                remedy: "the datasets share patients; name each dataset for one part only, or split by --holdout")
        }
    }
}

extension ImagingError: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, problem, file: file, remedy: remedy) }
}

extension DICOMError: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, problem, file: file, remedy: remedy) }
}

extension ObjectStoreError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .missing, .damaged, .outOfRange, .badPack: CommandFailure(.damaged, problem, file: path, remedy: remedy)
        case .foreign: CommandFailure(.conflict, problem, file: path, remedy: remedy)
        case .full, .readOnly, .denied, .noStore, .notAStore, .newerFormat, .system:
            CommandFailure(.unreachable, problem, file: path, remedy: remedy)
        }
    }
}
