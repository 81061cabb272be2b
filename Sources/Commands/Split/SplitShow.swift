internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct SplitShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show how many subjects and volumes each part has.",
        discussion: """
            The name of a cross-validation stands for all of its folds. With --by organ: for each organ, in how many subjects \
            of each part it is annotated.
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
            let all = try await session.catalog.splits()
            let wanted = try name.map { try Set(SplitPlaces.splits(of: $0, among: Set(all.map(\.split)))) }
            func isWanted(_ split: String) -> Bool { wanted?.contains(split) ?? true }
            switch by {
            case .part: session.output.report(all.filter { isWanted($0.split) }, SplitPartRow.columns)
            case .organ:
                let organs = try await session.catalog.organsBySplit().filter { isWanted($0.split) }
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
