internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct SplitShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show how many subjects and volumes each part has.",
        discussion: """
            With --by organ: for each organ, in how many subjects of each part it is annotated.
            """)

    enum Grouping: String, ExpressibleByArgument, CaseIterable {
        case part, organ
    }

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the split (default: all).")
    var name: String?

    @Option(help: "Group by part, or by organ.")
    var by = Grouping.part

    func run() async throws {
        try await Session.with(options) { session in
            let parts = try await session.catalog.splits().filter { name == nil || $0.split == name }
            if let name, parts.isEmpty { throw CatalogError.unknownSplit(name) }
            switch by {
            case .part: session.output.report(parts, SplitPartRow.columns)
            case .organ:
                let organs = try await session.catalog.organsBySplit().filter { name == nil || $0.split == name }
                session.output.report(organs, SplitOrganRow.columns)
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
