internal import ArgumentParser
internal import Console
internal import Workflows

struct ReviewAssign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign", abstract: "Give the review of a mask to a person.",
        discussion: """
            lacuna review next --for another person leaves the mask out. Everybody may still decide. With --readers 2, assign the mask to \
            two persons: the first decision waits for the second one, which takes effect if it agrees with the first: the same \
            decision, or two masks with a Dice of 0.9 or more. Otherwise a decision with --adjudicate is needed.

            EXAMPLE:
              $ lacuna review assign internal/img0004 pancreas ann
              volume    4
              organ     pancreas
              action    assign
              state     in_review
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    @Argument(help: "Organ: its key or another spelling.")
    var organ: String

    @Argument(help: "Person who is to decide. No patient data.")
    var person: String

    @Option(help: .value("number", "How many persons are to decide, 1 or 2."))
    var readers = 1

    func validate() throws {
        if !(1...2).contains(readers) { throw ValidationError("--readers must be 1 or 2.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            var request = ReviewDecisions.Request(volume: volume, organ: organ, person: person)
            request.readers = readers
            session.output.report(try await ReviewDecisions(session.workspace).assign(request).fields)
        }
    }
}
