package import Catalog
internal import Domain

extension CatalogError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .unknownOrgan(let name, let nearest):
            CommandFailure(
                .badInput, "no organ is named \(name)",
                remedy: Spelling.offer(nearest.map(\.rawValue)) + "lacuna organ list shows all organs")
        case .unknownVolume(let name):
            CommandFailure(
                .badInput, "no volume is named \(name)",
                remedy: "name a volume by its id, DATASET/CASE or its file; lacuna volume list shows all volumes")
        case .ambiguousVolume(let name, let matches):
            CommandFailure(.badInput, "\(name) names \(matches) volumes", remedy: "name one of them by its id")
        case .unknownDataset(let name, let nearest):
            CommandFailure(
                .badInput, "no dataset is named \(name)",
                remedy: Spelling.offer(nearest) + "lacuna dataset list shows all datasets")
        case .unknownSubject(let name):
            CommandFailure(
                .badInput, "no subject is named \(name)",
                remedy: "name a subject by its id or DATASET/KEY; lacuna subject list shows all subjects")
        case .unknownRelease(let name, let dataset, let known):
            CommandFailure(
                .badInput, "dataset \(dataset) has no release \(name)",
                remedy: "name one of its releases: \(known.joined(separator: ", "))")
        case .removedDataset(let name):
            CommandFailure(
                .conflict, "dataset \(name) is removed",
                remedy: "restore it with lacuna dataset restore \(name) --reason TEXT")
        case .withheldVolume(let volume, let reason):
            CommandFailure(
                .conflict, "volume \(volume) is withheld: \(reason)",
                remedy: "to use its labels, restore its dataset or subject, or include the volume again")
        case .purgedVolume(let volume, let event):
            CommandFailure(
                .conflict, "volume \(volume) was purged at \(event.time) by activity \(event.activity)",
                remedy: "its masks cannot be restored")
        case .purgedSubject(let name, let reason, let revision):
            CommandFailure(
                .conflict, "subject \(name) was removed at revision \(revision) (\(reason)) and is purged",
                remedy: "leave its scans out of the import; a purged subject cannot be restored")
        case .exchangedScan(let scan):
            CommandFailure(
                .conflict,
                "case \(scan.caseName) is volume \(scan.volume), but its image now shows volume \(scan.shown)",
                remedy: "restore the imported file, or import the folder as another release with --release NAME")
        case .unknownRun(let name, let nearest):
            CommandFailure(
                .badInput, "no run is named \(name)",
                remedy: Spelling.offer(nearest) + "lacuna round list shows all runs")
        case .notPublished(let run, let round, let published):
            CommandFailure(
                .badInput, "run \(run) has published no round \(round)",
                remedy: published.isEmpty
                    ? "wait for its first published round; lacuna round list \(run) shows its rounds"
                    : "name one of \(published.map(String.init).joined(separator: ", ")), or none")
        case .unknownSplit(let name, let nearest):
            CommandFailure(
                .badInput, "no split is named \(name)",
                remedy: Spelling.offer(nearest) + "lacuna split show lists all splits")
        case .unknownSchedule(let name, let nearest):
            CommandFailure(
                .badInput, "no schedule is named \(name)",
                remedy: Spelling.offer(nearest) + "lacuna schedule list lists all schedules")
        case .unknownMask(let id):
            CommandFailure(
                .badInput, "mask \(id) does not exist",
                remedy: "lacuna mask list shows current masks, lacuna mask history VOLUME ORGAN also earlier ones")
        case .purgedMask(let id, let event):
            CommandFailure(
                .conflict, "mask \(id) was purged at \(event.time) by activity \(event.activity)",
                remedy: "its voxels cannot be restored; lacuna mask history VOLUME ORGAN shows other masks")
        case .unknownCheckpoint(let id):
            CommandFailure(
                .badInput, "checkpoint \(id) does not exist", remedy: "lacuna round list shows all checkpoints")
        case .unreadableTime(let text):
            CommandFailure(
                .badInput, "\(text) is not a date or time", remedy: "write it as 2026-11-29 or 2026-11-29T08:00Z")
        case .futureTime(let text):
            CommandFailure(.badInput, "\(text) is in the future", remedy: "name a past time, or omit the option")
        case .nothingBefore(let text, let first):
            CommandFailure(
                .badInput, "nothing was recorded by \(text)" + (first.map { "; the first revision is of \($0)" } ?? ""),
                remedy: "lacuna log lists all revisions with their times")
        case .unknownRevision(let revision, let newest):
            CommandFailure(
                .badInput, "revision \(revision) does not exist", remedy: "name a revision up to \(newest), the newest")
        case .noMask(let volume, let organ):
            CommandFailure(
                .badInput, "volume \(volume) has no mask of \(organ)",
                remedy: "lacuna mask list --volume \(volume) shows its current masks")
        case .splitExists(let name):
            CommandFailure(.conflict, "a split named \(name) exists", remedy: "choose another name")
        case .tooFewSubjects(let split, let subjects):
            CommandFailure(
                .badInput, "split \(split) would have more folds than its \(subjects) training subjects",
                remedy: "choose fewer folds, or name more datasets with --train")
        case .noPartition(let activity):
            CommandFailure(
                .badInput, "activity \(activity) is not a partition by side",
                remedy: "lacuna organ partition and lacuna mask show print the activity of a partition")
        case .subjectInTwoParts(let split, let subject):
            CommandFailure(
                .conflict, "subject \(subject) would be in two parts of split \(split)",
                remedy: "the datasets share patients: name each dataset for one part only, or split by --holdout")
        }
    }
}
