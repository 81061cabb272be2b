internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct ReviewList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the reviews with their states.",
        discussion: """
            The list has each organ and volume with an assignment or a decision. A review is proposed again where the label that it \
            made was retracted, and where a later round predicted another mask after a rejection. Masks without a review are \
            listed by lacuna review next.

            EXAMPLE:
              $ lacuna review list --state accepted
              volume  dataset/case      organ  state     person  mask  annotation  …
                   4  internal/img0004  liver  accepted  ann      201         230
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Only reviews in this state: \(ReviewState.names).", transform: ReviewState.named)
    var state: ReviewState?

    @Option(help: .value("name", "Only reviews whose last decision or assignment is of this person."))
    var person: String?

    @Option(help: "Only this organ: its key or another spelling.")
    var organ: String?

    func run() async throws {
        try await Session.with(options) { session in
            var key: OrganKey?
            if let organ { key = try await session.catalog.organ(named: organ) }
            let rows = try await session.catalog.reviews(in: state, by: person, of: key)
            session.output.report(rows, ReviewRow.columns, empty: "No review matches the options.")
        }
    }
}

extension ReviewState {
    fileprivate static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    @Sendable fileprivate static func named(_ text: String) throws -> ReviewState {
        guard let state = ReviewState(rawValue: text) else {
            throw ValidationError("\(text) is not a state of reviews; use \(names).")
        }
        return state
    }
}

extension ReviewRow {
    fileprivate static var columns: [Column<ReviewRow>] {
        [
            Column("volume") { $0.volume.rawValue }, Column("case", title: "dataset/case") { $0.caseName },
            Column("organ") { $0.organ.rawValue }, Column("state") { $0.state.rawValue },
            Column("person") { $0.person },
            Column("mask", in: .whereItFits()) { $0.mask?.rawValue },
            Column("annotation", in: .whereItFits()) { $0.made?.rawValue },
            Column("time", in: .whereItFits(rank: 1)) { $0.time },
        ]
    }
}
