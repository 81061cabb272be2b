internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Postgres

struct SubjectJoin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Say that two subjects are one patient.",
        discussion: """
            Their volumes unite under the older subject. In every split the stricter part wins (test over validation over \
            confidence over train). Of the folds of a cross-validation the patient validates in one, that of the older \
            subject where it has one, and trains in the others; a run that began before never trains on whom it held \
            back. Checkpoints that trained on what is held out are marked as contaminated, and a daemon that trains a run \
            with the two in different parts is stopped. A removal of either holds for both. It cannot be taken back.
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
            let union = try await catalog.joinSubjects(one, other, parameters: JSONText(parameters))
            try await catalog.compactCoverage()
            session.output.report(
                union.after.fields + union.changes + [
                    Cell.Field("revision", try await catalog.currentRevision().number)
                ])
            for line in union.notes { session.output.note(line) }
        }
    }
}
