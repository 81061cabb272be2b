internal import ArgumentParser
internal import Console
internal import Workflows

struct SubjectRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Undo the removal of a subject.",
        discussion: """
            From a new revision on, the subject is used again, and the derived labels that the removal had hidden are \
            visible again. A subject that was purged cannot be restored.

            EXAMPLE:
              $ lacuna subject restore liver/liver_2 --reason "consent given"
              name      liver/liver_2
              changed   yes
              revision  28
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Subject: its id or DATASET/KEY.")
    var subject: String

    func run() async throws {
        try await Session.with(options) { session in
            let target = RemovalTarget.subject(subject)
            let restored = try await Removal(session.workspace).restore(target, reason: why.reason)
            restored.report(target, to: session.output)
        }
    }
}
