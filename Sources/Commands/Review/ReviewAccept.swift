internal import ArgumentParser
internal import Console
internal import Workflows

struct ReviewAccept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Make a predicted mask an annotation.",
        discussion: """
            The visible pseudo label, or else the mask that the newest round of the current run withheld, becomes an annotation of \
            origin reviewed by the person, known everywhere. A label that was edited after its review is accepted again in the \
            same way. With --mask the decision is recorded only if that mask can still be decided about; it may be one that was withheld beside a \
            visible label.

            EXAMPLE:
              $ lacuna review accept internal/img0004 pancreas --minutes 3
              volume    4
              organ     pancreas
              action    accept
              state     accepted
              …
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var decision: DecisionOptions

    func run() async throws {
        try await Session.with(options) { session in
            let result = try await ReviewDecisions(session.workspace).accept(decision.request)
            session.output.report(result.fields)
        }
    }
}
