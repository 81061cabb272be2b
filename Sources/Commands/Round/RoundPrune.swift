internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct RoundPrune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Remove checkpoints that nothing needs any more.",
        discussion: """
            Removes the checkpoints from which a round could have been resumed, once it is closed or its run was cancelled. \
            The last network and confidence of a round are kept, and all checkpoints of a round that is open. The \
            rows of removed checkpoints stay, so that lacuna lineage still names them. Daemons may run meanwhile.

            EXAMPLE:
              $ lacuna round prune second --dry-run
              run     round  kind     step  bytes  pruned  reason
              second      0  network   100  92512  yes     a later one exists
              second      0  network   150  92512  no      made labels
              …
              Would be removed: 1 of 4 checkpoints, 92512 bytes.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the run. (default: all runs)")
    var run: String?

    @Option(
        help: .value("number", "Number of further checkpoints to keep of each kind in each closed round."))
    var keep = 0

    @Flag(help: "Keep the last checkpoints of rounds that ended without labels and evaluation.")
    var keepAbandoned = false

    @Flag(help: "Only print what would be removed.")
    var dryRun = false

    func validate() throws {
        guard keep >= 0 else { throw ValidationError("--keep must be 0 or more.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let scope = PruningScope(run: run, kept: keep, keepsAbandoned: keepAbandoned)
            let result = try await CheckpointPruning(session.workspace).run(.init(scope, isDryRun: dryRun))
            report(result, session.output)
            if !result.obstacles.isEmpty { throw ExitCode(ExitStatus.partlyDone.rawValue) }
        }
    }

    private func report(_ result: CheckpointPruning.Result, _ output: Output) {
        let pruned = result.checkpoints.count(where: \.isPruned)
        if output.format == .json {
            output.report([
                Cell.Field("dryRun", result.isDryRun), Cell.Field("pruned", pruned),
                Cell.Field("kept", result.checkpoints.count - pruned), Cell.Field("bytes", result.freedBytes),
                Cell.Field("checkpoints", result.checkpoints.map(CheckpointPlan.columns.object(of:))),
            ])
        } else {
            output.report(result.checkpoints, CheckpointPlan.columns, empty: "No checkpoint is stored.")
        }
        for obstacle in result.obstacles {
            output.warn(
                "\(obstacle.location) could not be removed: \(obstacle.problem); lacuna verify --sweep removes it later"
            )
        }
        output.note(
            "\(result.isDryRun ? "Would be removed" : "Removed"): \(pruned) of \(result.checkpoints.count) checkpoints, "
                + "\(result.freedBytes) bytes.")
    }
}

extension CheckpointPlan {
    fileprivate static var columns: [Column<CheckpointPlan>] {
        [
            Column("run", in: .whereItFits(rank: 1)) { $0.run }, Column("round") { $0.round },
            Column("kind") { $0.kind }, Column("step") { $0.step },
            Column("checkpoint", in: .wideOnly) { $0.id.rawValue },
            Column("object", in: .wideOnly) { $0.object.description },
            Column("bytes") { $0.bytes }, Column("pruned") { $0.isPruned },
            Column("reason") { $0.reason.explanation }, Column("sharesBytes", in: .wideOnly) { $0.sharesBytes },
        ]
    }
}
