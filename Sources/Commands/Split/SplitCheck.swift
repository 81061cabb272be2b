internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct SplitCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look for patients that train here and are held back there.",
        discussion: """
            The database keeps a subject from being in two parts. What it cannot know is that two subjects are one: \
            pairs of volumes that look alike and lie in different parts are listed here, and make the exit status 5.

            With --list the split is compared with one that somebody published: nnU-Net's splits_final.json, a MONAI \
            or Decathlon list, a CSV file with the columns case and part, or a plain list of cases with --part. A \
            patient who is held back in one and trains in the other is listed with all names that the catalogue has, \
            as in lacuna split check main --list splits_final.json --fold 0 --dataset Task03_Liver.
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
        let leaks = try await Session.with(options) { session in
            guard try await session.catalog.splits().contains(where: { $0.split == name }) else {
                throw CatalogError.unknownSplit(name)
            }
            let check = LeakCheck(subjects: try await session.catalog.subjectList(), split: name)
            let pairs = try await session.catalog.proposedDuplicates()
            let leaks =
                list == nil ? check.leaks(among: pairs) : try await compared(check, pairs, session)
            session.output.report(leaks, Leak.columns)
            session.output.note("\(check.assigned) subjects are assigned, \(check.unassigned) are not.")
            if leaks.isEmpty { session.output.note(list == nil ? Self.nothingAlike : Self.nothingListed) }
            return leaks
        }
        if !leaks.isEmpty { throw ExitCode(ExitStatus.conflict.rawValue) }
    }

    private static let nothingAlike = "No two volumes that look alike lie in different parts."
    private static let nothingListed = "Nobody whom the list holds back trains here, or the other way round."

    private func compared(
        _ check: LeakCheck, _ pairs: [DuplicateRow], _ session: Session
    ) async throws -> [Leak] {
        guard let list else { return [] }
        let part = part.flatMap(SplitPart.init(published:))
        let entries = try await BlockingWork().run { [fold] in
            try PublishedSplit.read(list, fold: fold, part: part).entries
        }
        let found = try await session.catalog.cases(
            named: entries.map { NamedCase(name: $0.name, path: $0.path) }, dataset: dataset)
        let missing = Set(entries.indices).subtracting(found.map(\.index)).sorted().map { entries[$0].name }
        guard !found.isEmpty else {
            throw CommandFailure(
                .badInput, "none of its \(entries.count) cases is in the catalogue", file: list,
                remedy: "import the dataset first, or name it with --dataset; lacuna volume list shows the cases")
        }
        session.output.note("\(entries.count - missing.count) of \(entries.count) listed cases are in the catalogue.")
        return check.leaks(found.map { (entries[$0.index], $0) }, pairs)
    }
}
