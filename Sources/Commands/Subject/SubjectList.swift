internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct SubjectList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List subjects with their volumes, datasets and parts of splits.",
        discussion: """
            Removed subjects are listed too, with the reason.

            EXAMPLE:
              $ lacuna subject list --dataset internal
              id  name           volumes  datasets        parts            removed
               1  internal/0001        1  internal, ours  main/train       -
               2  internal/0002        1  internal, ours  main/train       -
               3  internal/0003        1  internal, ours  main/train       -
               4  internal/0004        1  internal, ours  main/validation  -
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Dataset whose subjects are listed. (default: all)")
    var dataset: String?

    func run() async throws {
        try await Session.with(options) { session in
            let subjects = try await session.catalog.subjectList(dataset: dataset, removed: true)
            session.output.report(
                subjects, SubjectRow.columns,
                empty: dataset.map { "Dataset \($0) has no subject." }
                    ?? "No subject is known yet; start with lacuna dataset import.")
        }
    }
}

extension SubjectRow {
    fileprivate static var columns: [Column<SubjectRow>] {
        [
            Column("id") { $0.id.rawValue }, Column("name") { $0.name }, Column("volumes") { $0.volumes },
            Column("datasets", in: .whereItFits(rank: 1)) { $0.datasets }, Column("parts") { $0.parts },
            Column("removed", in: .whereItFits()) { $0.removed },
        ]
    }
}
