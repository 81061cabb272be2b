internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct SubjectSplit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split", abstract: "Take a join of subjects apart, or separate volumes of a subject.",
        discussion: """
            Without --yes the command only shows the result. A join by a person or an import is taken apart: the subject that \
            was merged into the other has its volumes, names and parts of splits again, with the volumes that were added under \
            its names since. Splits made since the join keep the part of both. With --volume these volumes become a subject of \
            their own, with the same parts. Marks of contaminated checkpoints that the join had caused are removed; a removal \
            applies to both subjects unless only the join had extended it. Daemons whose runs have the subject are stopped \
            and may be started again. Imports do not join the two again.

            EXAMPLE:
              $ lacuna subject split internal/0002 --yes --reason "two patients"
              subject           internal/0001
              volumes           1
              parts             main/validation
              separated         internal/0002
              separatedVolumes  2
              separatedParts    main/train
              cause             person
              changed           yes
              revision          23
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var confirmation: ConfirmationOptions

    @Argument(help: "Subject: its id or DATASET/KEY, also that of a merged one.")
    var subject: String

    @Option(help: "Volume of the other patient: its id, DATASET/CASE or its file. Repeatable.")
    var volume: [String] = []

    func run() async throws {
        try await Session.with(options) { session in
            var request = SubjectSplitting.Request(subject, reason: confirmation.confirmedReason)
            request.volumes = volume
            let result = try await SubjectSplitting(session.workspace).run(request)
            let (kept, separated) = (result.separation.kept, result.separation.separated)
            session.output.report([
                Cell.Field("subject", kept.subject.name), Cell.Field("volumes", kept.volumes.map(\.rawValue)),
                Cell.Field("parts", kept.subject.parts), Cell.Field("separated", separated.subject.name),
                Cell.Field("separatedVolumes", separated.volumes.map(\.rawValue)),
                Cell.Field("separatedParts", separated.subject.parts), Cell.Field("cause", result.join?.cause.rawValue),
                Cell.Field("changed", result.isChanged), Cell.Field("revision", result.revision.number),
            ])
            if !result.isChanged {
                session.output.note("Nothing was changed. Add --yes and --reason TEXT to make them two subjects.")
            }
        }
    }
}
