internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct MaskRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Make a run's pseudo labels of an earlier round current again.",
        discussion: """
            History is kept, so that a rollback can be rolled back. Annotations are not changed. A run that has not finished is \
            cancelled for good, because it trains on what is rolled back: its daemon stops, and a new run is needed.

            EXAMPLE:
              $ lacuna mask rollback --run second --to 0 --organ liver \\
                  --reason "leaks into the stomach"
              run       second
              round     0
              organs    liver
              changed   yes
              cancelled no
              revision  17
            """)

    @OptionGroup var options: GlobalOptions

    @Option(name: .customLong("run"), help: "Run to roll back.")
    var name: String

    @Option(help: .value("round", "Published round to go back to, or none to hide the run's pseudo labels."))
    var to: String

    @Option(help: "Organ to roll back. Repeatable. (default: all)")
    var organ: [String] = []

    @OptionGroup var why: ReasonOption

    func validate() throws {
        if to != "none" && (Int(to) ?? -1) < 0 {
            throw ValidationError("--to must be the number of a published round, or none.")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let rolled = try await RoundRollback(session.workspace).rollBack(
                run: name, organs: organ, to: Int(to), reason: why.reason)
            session.output.report([
                Cell.Field("run", name), Cell.Field("round", Int(to), absence: "none"),
                Cell.Field("organs", rolled.organs?.map(\.rawValue), absence: "all"),
                Cell.Field("changed", rolled.isChanged),
                Cell.Field("cancelled", rolled.isCancelled),
                Cell.Field("revision", rolled.revision.number),
            ])
            if rolled.isCancelled {
                session.output.note(
                    "Run \(name) had not finished and is cancelled: its daemon stops. Start a run of another name.")
            }
            if !rolled.isChanged { session.output.note("This round is current already; nothing changed.") }
            if !rolled.isCurrentRun { session.output.note(note(rolled.currentRun)) }
        }
    }

    /// - Parameter current: the run whose labels are shown; nil: none.
    private func note(_ current: String?) -> String {
        "Run \(name) is not the current one (\(current.map { "that is \($0)" } ?? "there is none")); its labels are shown "
            + "after lacuna round adopt \(name)."
    }
}
