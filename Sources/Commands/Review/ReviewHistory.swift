internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct ReviewHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List the decisions about an organ in a volume, oldest first.",
        discussion: """
            mask is the mask that was looked at, annotation the mask that became the annotation. An edit is another mask that a person \
            imported over a reviewed one. lacuna mask history lists the labels.

            EXAMPLE:
              $ lacuna review history internal/img0004 liver
              action  state     person  mask  annotation  …  reason
              assign  in_review  ann     201           -  …  -
              accept  accepted   ann     201         230  …  -
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    @Argument(help: "Organ: its key or another spelling.")
    var organ: String

    func run() async throws {
        try await Session.with(options) { session in
            let volume = try await session.workspace.volume(named: volume)
            let organ = try await session.catalog.organ(named: organ)
            let events = try await session.catalog.reviewHistory(volume: volume.id, organ: organ)
            session.output.report(
                events, ReviewEvent.columns, empty: "\(organ) was never reviewed in volume \(volume.id).")
        }
    }
}

extension ReviewEvent {
    fileprivate static var columns: [Column<ReviewEvent>] {
        [
            Column("id", in: .wideOnly) { $0.id }, Column("action") { $0.action.rawValue },
            Column("state") { $0.state?.rawValue }, Column("person") { $0.person },
            Column("mask") { $0.mask?.rawValue }, Column("annotation") { $0.made?.rawValue },
            Column("dice", in: .whereItFits()) { $0.dice }, Column("waits", in: .whereItFits(rank: 3)) { $0.isOpinion },
            Column("agrees", in: .whereItFits(rank: 3)) { $0.agreement?.agrees },
            Column("agreementDice", title: "reader Dice", in: .whereItFits(rank: 3)) { $0.agreement?.dice },
            Column("agreementNSD", title: "reader NSD", in: .wideOnly) { $0.agreement?.nsd },
            Column("minutes", in: .whereItFits(rank: 1)) { row in row.minutes.map { Cell.number($0, places: 1) } },
            Column("revision", in: .whereItFits(rank: 1)) { $0.revision?.number },
            Column("time", in: .whereItFits(rank: 1)) { $0.time },
            Column("login", in: .whereItFits(rank: 2)) { $0.login },
            Column("reason", in: .whereItFits()) { $0.reason },
        ]
    }
}
