internal import ArgumentParser
internal import Console
internal import Workflows

struct ReviewAbsent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "absent", abstract: "Record that the organ of a predicted mask is absent.",
        discussion: """
            The volume was examined and the organ is not there. An organ cannot be absent while a part or a lesion of it is annotated.

            EXAMPLE:
              $ lacuna review absent internal/img0004 pancreas --by ann
              volume    4
              organ     pancreas
              action    absent
              state     absent
              …
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var decision: DecisionOptions

    func run() async throws {
        try await Session.with(options) { session in
            let result = try await ReviewDecisions(session.workspace).absent(decision.request)
            session.output.report(result.fields)
        }
    }
}
