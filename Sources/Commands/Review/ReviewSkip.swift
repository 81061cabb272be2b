internal import ArgumentParser
internal import Console
internal import Workflows

struct ReviewSkip: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skip", abstract: "Record that a mask was looked at without a decision.",
        discussion: """
            The state of the review does not change. lacuna review next --for the person leaves the mask out.

            EXAMPLE:
              $ lacuna review skip internal/img0004 pancreas --reason "ask a radiologist"
              volume    4
              organ     pancreas
              action    skip
              state     proposed
              …
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var decision: DecisionOptions

    func run() async throws {
        try await Session.with(options) { session in
            let result = try await ReviewDecisions(session.workspace).skip(decision.request)
            session.output.report(result.fields)
        }
    }
}
