internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Postgres

struct SubjectJoin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Say that two subjects are one patient.",
        discussion: """
            Their volumes unite under the older subject. In every split the stricter part wins (test over validation over
            confidence over train), and checkpoints that trained on what is held out now are marked as contaminated. A
            removal of either holds for both. It cannot be taken back.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Name one subject by its id or by DATASET/KEY.")
    var first: String

    @Argument(help: "Name the other.")
    var second: String

    func run() async throws {
        try await Session.with(options) { session in
            let catalog = session.catalog
            let one = try await catalog.subject(named: first)
            let other = try await catalog.subject(named: second)
            guard one != other else {
                throw CommandFailure(
                    .badInput, "\(first) and \(second) are one subject already", remedy: "name two different subjects")
            }
            let parameters = JSONRenderer.render(
                .object([
                    Cell.Field("reason", why.reason), Cell.Field("kept", min(one, other).rawValue),
                    Cell.Field("joined", max(one, other).rawValue),
                ]))
            let kept = try await catalog.joinSubjects(one, other, parameters: JSONText(parameters))
            try await catalog.compactCoverage()
            session.output.report(
                try await catalog.subject(kept).fields + [
                    Cell.Field("revision", try await catalog.currentRevision().number)
                ])
        }
    }
}
