internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct SubjectJoin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Merge two subjects that are the same patient.",
        discussion: """
            Without --yes the command only shows the result. The older subject takes over the volumes of the other. In every \
            split the stricter part is kept: test before validation, confidence and train. In a cross-validation the patient \
            validates in one fold, that of the older subject where it has one, and trains in the others; runs that began \
            before never train on a patient whom they held out. Checkpoints that trained on held-out data are marked as \
            contaminated, and a daemon is stopped when the two subjects are in different parts of its run. If either subject \
            is removed, the merged one is. lacuna subject split takes the join apart again.

            EXAMPLE:
              $ lacuna subject join internal/0001 internal/0002 --yes --reason "two visits"
              id                        1
              names                     internal/0001, internal/0002
              volumes                   1, 2
              changed parts             main: internal/0001 validation, internal/0002 …
              newly contaminated        -
              revision                  22
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var confirmation: ConfirmationOptions

    @Argument(help: "First subject: its id or DATASET/KEY.")
    var first: String

    @Argument(help: "Second subject.")
    var second: String

    func run() async throws {
        try await Session.with(options) { session in
            let result = try await SubjectMerging(session.workspace)
                .run(SubjectMerging.Request(first, second, reason: confirmation.confirmedReason))
            session.output.report(
                result.merge.after.fields + result.merge.changes
                    + [Cell.Field("changed", result.isChanged), Cell.Field("revision", result.revision.number)])
            for line in result.merge.notes { session.output.note(line) }
            if !result.isChanged {
                session.output.note("Nothing was changed. Add --yes and --reason TEXT to join the two subjects.")
            }
        }
    }
}
