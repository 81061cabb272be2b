internal import ArgumentParser
internal import Console
internal import Workflows

struct ReviewReject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Record that a predicted mask is wrong.",
        discussion: """
            The mask is no label from the new revision on, also where a later round keeps it, and nothing is trained on it. Earlier \
            revisions are unchanged. The next round may propose another mask.

            EXAMPLE:
              $ lacuna review reject internal/img0004 pancreas --reason "half of the stomach"
              volume    4
              organ     pancreas
              action    reject
              state     rejected
              …
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var decision: DecisionOptions

    func run() async throws {
        try await Session.with(options) { session in
            let result = try await ReviewDecisions(session.workspace).reject(decision.request)
            session.output.report(result.fields)
        }
    }
}
