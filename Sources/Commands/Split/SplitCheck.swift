internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import System
internal import Workflows

struct SplitCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look for patients that train here and are held back there.",
        discussion: """
            The database keeps a subject from being in two parts. What it cannot know is that two subjects are one: \
            pairs of volumes that look alike (lacuna volume duplicates) and lie in different parts are listed here, and make \
            the exit status 5.

            With --list the split is compared with one that somebody published: nnU-Net's splits_final.json, a MONAI \
            or Decathlon list, a CSV file with the columns case and part, or a plain list of cases with --part. A \
            patient who is held back in one and trains in the other is listed with all names that the catalogue has, \
            as in lacuna split check main --list splits_final.json --fold 0 --dataset Task03_Liver. Cases are found by \
            the path of the image, else by what the path ends with (DATASET/FILE, then FILE), else by their name or that \
            of an export (DATASET_CASE). A name that several patients' cases have is reported, counts as no leak and makes \
            the exit status 4.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the split.")
    var name: String

    @Option(help: "Compare with the split in this file.", completion: .file())
    var list: String?

    @Option(help: "Look for the file's cases in this dataset only.")
    var dataset: String?

    @Option(help: "Take this fold of the file for validation, counted from 0.")
    var fold: Int?

    @Option(help: "Say which part a plain list of cases is: train, validation or test.")
    var part: String?

    func validate() throws {
        if let part, SplitPart(published: part) == nil {
            throw ValidationError("--part is one of \(SplitPart.published).")
        }
        if list == nil && (dataset != nil || fold != nil || part != nil) {
            throw ValidationError("--dataset, --fold and --part belong to --list.")
        }
    }

    func run() async throws {
        let (leaks, isComplete) = try await Session.with(options) { session in
            guard try await session.catalog.splits().contains(where: { $0.split == name }) else {
                throw CatalogError.unknownSplit(name)
            }
            let check = LeakCheck(subjects: try await session.catalog.subjectList(), split: name)
            let similar = try await DuplicateSearch(catalog: session.catalog, progress: session.output).run()
            let pairs = similar.proposals.map(\.pair)
            let (leaks, isComplete) =
                list == nil ? (check.leaks(among: pairs), true) : try await compared(check, pairs, session)
            session.output.report(leaks, Leak.columns)
            session.output.note("\(check.assigned) subjects are assigned, \(check.unassigned) are not.")
            if leaks.isEmpty, isComplete { session.output.note(list == nil ? Self.nothingAlike : Self.nothingListed) }
            if let note = similar.note { session.output.note(note) }
            return (leaks, isComplete)
        }
        if !leaks.isEmpty { throw ExitCode(ExitStatus.conflict.rawValue) }
        if !isComplete { throw ExitCode(ExitStatus.partlyDone.rawValue) }
    }

    private static let nothingAlike = "No two volumes that look alike lie in different parts."
    private static let nothingListed = "Nobody whom the list holds back trains here, or the other way round."

    private func compared(
        _ check: LeakCheck, _ pairs: [DuplicateRow], _ session: Session
    ) async throws -> (leaks: [Leak], isComplete: Bool) {
        guard let list else { return ([], true) }
        let part = part.flatMap(SplitPart.init(published:))
        let (entries, named) = try await BlockingWork().run { [fold] in
            let entries = try PublishedSplit.read(list, fold: fold, part: part).entries
            let folder = ListedCases.folder(of: list)
            return (entries, entries.map { NamedCase(name: $0.name, paths: $0.paths(from: folder)) })
        }
        let listed = ListedCases(entries, try await session.catalog.cases(named: named, dataset: dataset))
        guard !listed.found.isEmpty || !listed.ambiguous.isEmpty else {
            throw CommandFailure(
                .badInput, "none of its \(entries.count) cases is in the catalogue", file: list,
                remedy: "import the dataset first, or name it with --dataset; lacuna volume list shows the cases")
        }
        for line in listed.notes { session.output.note(line) }
        return (check.leaks(listed.found, pairs), listed.ambiguous.isEmpty)
    }
}
