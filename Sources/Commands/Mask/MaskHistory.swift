internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct MaskHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List everything that was said of an organ in a volume, oldest first.",
        discussion: """
            Annotations, absences, shipped labels, publications and rollbacks, each with its mask, its revision, who did it, \
            when, and the reason where one was given. What counted after each is told too: a correction that is undone has the \
            status unlabelled, and the annotation that it had outranked counts again. who is the database's login, account \
            the operating system's user.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the volume by its id, by DATASET/CASE or by its file.")
    var volume: String

    @Argument(help: "Name the organ by its key or another spelling.")
    var organ: String

    func run() async throws {
        try await Session.with(options) { session in
            let volume = try await session.volume(named: volume)
            let organ = try await session.catalog.organ(named: organ)
            let events = try await session.catalog.history(volume: volume.id, organ: organ)
            session.output.report(events, LabelEvent.columns)
            if events.isEmpty { session.output.note("Nobody ever said anything of \(organ) in volume \(volume.id).") }
        }
    }
}

extension LabelEvent {
    fileprivate static var columns: [Column<LabelEvent>] {
        [
            Column("id", title: "mask") { $0.mask?.rawValue },
            Column("parent") { $0.parent?.rawValue },
            Column("status") { $0.status.rawValue },
            Column("origin") { $0.origin.rawValue },
            Column("dataset") { $0.dataset },
            Column("rater") { $0.rater },
            Column("round") { $0.round },
            Column("confidence") { row in row.confidence.map { Cell.number($0, places: 2) } },
            Column("voxels") { $0.voxels },
            Column("statusAfter", title: "then") { $0.statusAfter.rawValue },
            Column("maskAfter", title: "mask") { $0.maskAfter?.rawValue },
            Column("current") { $0.isCurrent },
            Column("revision") { $0.revision.number },
            Column("time") { $0.time },
            Column("who") { $0.who },
            Column("account") { $0.account },
            Column("activity") { $0.activity.rawValue },
            Column("kind") { $0.kind },
            Column("reason") { $0.reason },
        ]
    }
}
