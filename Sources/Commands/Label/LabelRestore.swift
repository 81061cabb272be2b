internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct LabelRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Undo the last correction of an organ in a volume.",
        discussion: """
            The label that the last label set or mask import replaced becomes current again; a second restore redoes the \
            correction. Annotations of releases imported since are kept.

            EXAMPLE:
              $ lacuna label restore internal/img0001 spleen --reason "it was there"
              volume    1
              organ     spleen
              changed   yes
              status    annotated
              mask      2
              revision  21
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    @Argument(help: "Organ: its key or another spelling.")
    var organ: String

    func run() async throws {
        try await Session.with(options) { session in
            let restored = try await LabelCorrection(session.workspace).undo(
                volume: volume, organ: organ, reason: why.reason)
            session.output.report([
                Cell.Field("volume", restored.volume.rawValue), Cell.Field("organ", restored.organ.rawValue),
                Cell.Field("changed", restored.isChanged), Cell.Field("status", restored.status.rawValue),
                Cell.Field("mask", restored.mask?.rawValue), Cell.Field("revision", restored.revision.number),
            ])
            if !restored.isChanged { session.output.note("There is no correction to undo.") }
        }
    }
}
