internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct LabelSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Record that an organ is absent, or retract its annotations.",
        discussion: """
            absent: the volume was examined and the organ is not there. unlabelled: the annotations of all releases and \
            raters are retracted. An organ cannot be absent while a part or a lesion of it is annotated.

            EXAMPLE:
              $ lacuna label set internal/img0001 spleen absent --override \\
                  --reason "removed by surgery"
              volume    1
              organ     spleen
              status    absent
              mask      -
              changed   yes
              revision  20
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    @Argument(help: "Organ: its key or another spelling.")
    var organ: String

    @Argument(help: "New status.")
    var status: LabelCorrection.Status

    @OptionGroup var why: ReasonOption

    @Flag(help: "Replace a current annotation; its mask is kept in the history.")
    var override = false

    func run() async throws {
        try await Session.with(options) { session in
            let label = try await LabelCorrection(session.workspace).set(
                status, volume: volume, organ: organ, reason: why.reason, mayOverride: override)
            session.output.report([
                Cell.Field("volume", label.volume.rawValue), Cell.Field("organ", label.organ.rawValue),
                Cell.Field("status", label.status.rawValue), Cell.Field("mask", label.mask?.rawValue),
                Cell.Field("changed", label.isChanged), Cell.Field("revision", label.revision.number),
            ])
            if let note = note(label) { session.output.note(note) }
        }
    }

    /// Why nothing changed, or why the status is another one.
    private func note(_ label: LabelCorrection.Result) -> String? {
        switch (status, label.status) {
        case (.unlabelled, .pseudo):
            let done = label.isChanged ? "The annotations are retracted" : "There was no annotation to retract"
            let source =
                label.round.map { round in
                    let run = round.prefix { $0 != "/" }
                    return
                        "of round \(round). lacuna mask rollback --run \(run) --organ \(organ) --to none hides it in "
                        + "every volume"
                } ?? "that a release ships"
            return "\(done); the current label is a pseudo label \(source). "
                + "lacuna label set \(volume) \(organ) absent records that the organ is not there."
        case (.unlabelled, _): return label.isChanged ? nil : "There was no annotation to retract; nothing changed."
        case (.absent, _): return label.isChanged ? nil : "It was recorded as absent before; nothing changed."
        }
    }
}

extension LabelCorrection.Status: ExpressibleByArgument {}
