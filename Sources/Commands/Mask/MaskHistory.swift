internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct MaskHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List all annotations and pseudo labels of an organ in a volume, oldest first.",
        discussion: """
            The list has annotations, absences, shipped labels, publications and rollbacks, each with its mask, revision, \
            author, time and reason. The columns status after and mask after show the label that was current afterwards: an undone \
            correction has the status unlabelled, and the annotation below it is current again. A proposed label is never \
            current: a label that is held for a decision (lacuna label conflicts), a drawing of one annotator, or a \
            consensus that was not adopted. who is the database login, \
            account the user of the operating system.

            EXAMPLE:
              $ lacuna mask history internal/img0001 liver
              mask  parent  status     origin    dataset   rater  …  reason
                 1       -  annotated  expert    internal  -      …  -
                59       -  annotated  assisted  ours      -      …  -
               119       1  annotated  expert    -         ab     …  leak into the stomach
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
            let events = try await session.catalog.history(volume: volume.id, organ: organ)
            session.output.report(
                events, LabelEvent.columns, empty: "\(organ) was never labelled in volume \(volume.id).")
        }
    }
}

extension LabelEvent {
    fileprivate static var columns: [Column<LabelEvent>] {
        labels + Column.quality(in: .whereItFits(rank: 1)) { $0.quality } + events
    }

    private static var labels: [Column<LabelEvent>] {
        [
            Column("id", title: "mask") { $0.mask?.rawValue },
            Column("parent", in: .whereItFits(rank: 2)) { $0.parent?.rawValue },
            Column("status") { $0.status.rawValue },
            Column("origin") { $0.origin.rawValue },
            Column("dataset") { $0.dataset },
            Column("rater", in: .whereItFits()) { $0.rater },
            Column("round", in: .whereItFits()) { $0.round },
            Column("confidence", in: .whereItFits(rank: 1)) { row in row.confidence.map { Cell.number($0, places: 2) }
            },
        ]
    }

    private static var events: [Column<LabelEvent>] {
        [
            Column("voxels", in: .whereItFits(rank: 1)) { $0.voxels },
            Column("statusAfter", in: .whereItFits(rank: 2)) { $0.statusAfter.rawValue },
            Column("maskAfter", in: .whereItFits(rank: 3)) { $0.maskAfter?.rawValue },
            Column("proposed", in: .whereItFits(rank: 1)) { $0.isProposed },
            Column("current") { $0.isCurrent },
            Column("revision") { $0.revision.number },
            Column("time", in: .whereItFits(rank: 1)) { $0.time },
            Column("who", in: .whereItFits(rank: 3)) { $0.who },
            Column("account", in: .whereItFits(rank: 2)) { $0.account },
            Column("activity", in: .whereItFits(rank: 3)) { $0.activity.rawValue },
            Column("kind", in: .whereItFits(rank: 2)) { $0.kind },
            Column("reason", in: .whereItFits()) { $0.reason },
        ]
    }
}
