internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct SubjectJoin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Merge two subjects that are the same patient.",
        discussion: """
            The older subject takes over the volumes of the other. In every split the stricter part is kept: test \
            before validation, confidence and train. In a cross-validation the patient validates in one fold, that of \
            the older subject where it has one, and trains in the others; runs that began before never train on a \
            patient whom they held out. Checkpoints that trained on held-out data are marked as contaminated, and a \
            daemon is stopped when the two subjects are in different parts of its run. If either subject is removed, \
            the merged one is. A merge cannot be undone.

            EXAMPLE:
              $ lacuna subject join internal/0001 internal/0002 --reason "two visits"
              id                        1
              names                     internal/0001, internal/0002, ours/0001, …
              volumes                   1, 2
              …
              changed parts             -
              newly contaminated        -
              revision                  26
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "First subject: its id or DATASET/KEY.")
    var first: String

    @Argument(help: "Second subject.")
    var second: String

    func run() async throws {
        try await Session.with(options) { session in
            let result = try await SubjectMerging(session.workspace)
                .run(SubjectMerging.Request(first, second, reason: why.reason))
            session.output.report(
                result.merge.after.fields + result.merge.changes
                    + [Cell.Field("revision", result.revision.number)])
            for line in result.merge.notes { session.output.note(line) }
        }
    }
}
