internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct SplitShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the number of subjects and volumes in each part.",
        discussion: """
            The name of a cross-validation shows all of its folds. With --by organ, the table has the number of subjects \
            of each part in which each organ is annotated.

            EXAMPLE:
              $ lacuna split show main --by organ
              split  organ                         train  confidence  validation  test
              main   liver                             6           0           2     2
              main   spleen                            3           0           1     0
              …
            """)

    enum Grouping: String, ExpressibleByArgument, CaseIterable {
        case part, organ
    }

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the split. (default: all splits)")
    var name: String?

    @Option(help: .value("grouping", "Grouping of the counts."))
    var by = Grouping.part

    func run() async throws {
        try await Session.with(options) { session in
            let all = try await session.catalog.splits()
            let names = Set(all.map(\.split))
            let shown = try name.map { Set(try SplitNames.named($0, among: names)) } ?? names
            switch by {
            case .part:
                session.output.report(
                    all.filter { shown.contains($0.split) }, SplitPartRow.columns,
                    empty: "No split exists yet; start with lacuna split create.")
            case .organ:
                let organs = try await session.catalog.organsBySplit().filter { shown.contains($0.split) }
                session.output.report(
                    organs, SplitOrganRow.columns, empty: "No organ is annotated in the subjects of a split.")
            }
        }
    }
}

extension SplitOrganRow {
    static var columns: [Column<SplitOrganRow>] {
        [Column("split") { $0.split }, Column("organ") { $0.organ.rawValue }]
            + SplitPart.allCases.map { part in Column(part.rawValue) { $0.subjects[part] ?? 0 } }
    }
}
