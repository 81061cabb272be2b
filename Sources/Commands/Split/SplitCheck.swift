internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct SplitCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find patients who train in one place and are held out in another.",
        discussion: """
            The database ensures that no subject is in two parts of a split. It cannot know that two subjects are the same \
            patient: pairs of volumes that are proposed duplicates (lacuna volume duplicates) and are in different parts \
            are listed here, and the exit status is 5.

            With --list, the split is compared with a published one. A patient who is held out in one and trains in the \
            other is listed with all names in the catalogue. Cases are matched by the path of the image, then by the end of \
            the path (DATASET/FILE, then FILE), then by their name or their name in an export (DATASET_CASE). A name that \
            matches cases of several patients is reported and not compared, and the exit status is 4.

            EXAMPLE:
              $ lacuna split check main --list splits_final.json --dataset liver
              3 of 3 listed cases are in the catalogue.
              first    first part  second         second part  kind
              liver_2  train       liver/liver_2  validation   subject
              liver_3  validation  liver/liver_3  train        subject
              10 subjects are assigned, 0 are not.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the split, or of a cross-validation, whose folds are all checked.")
    var name: String

    @OptionGroup var published: ListOptions

    func run() async throws {
        let list = try await published.read()
        let result = try await Session.with(options) { session in
            let result = try await LeakDetection(session.workspace).run(.init(split: name, list: list))
            for note in result.listed?.notes ?? [] { session.output.note(note) }
            let columns = LeakDetection.Leak.columns(areFolds: result.splits.count > 1)
            session.output.report(result.leaks, columns, empty: nil)
            session.output.note("\(result.assigned) subjects are assigned, \(result.unassigned) are not.")
            if result.leaks.isEmpty, result.isComplete {
                session.output.note(list == nil ? Self.noDuplicates : Self.noListedLeak)
            }
            if let note = result.duplicates.note { session.output.note(note) }
            return result
        }
        if !result.leaks.isEmpty { throw ExitCode(ExitStatus.conflict.rawValue) }
        if !result.isComplete { throw ExitCode(ExitStatus.partlyDone.rawValue) }
    }

    private static let noDuplicates = "No proposed duplicates are in different parts."
    private static let noListedLeak = "No patient is held out in one split and trains in the other."
}

extension LeakDetection.Leak {
    /// - Parameter areFolds: whether tables show the split of each row.
    fileprivate static func columns(areFolds: Bool) -> [Column<LeakDetection.Leak>] {
        [
            Column("split", in: areFolds ? .always : .wideOnly) { $0.split },
            Column("first") { $0.first }, Column("firstPart") { $0.firstPart.rawValue },
            Column("second") { $0.second }, Column("secondPart") { $0.secondPart.rawValue },
            Column("kind") { $0.kind.name },
        ]
    }
}

extension LeakDetection.Leak.Kind {
    fileprivate var name: String {
        switch self {
        case .subject: "subject"
        case .duplicate(let kind): kind.rawValue
        }
    }
}
