internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct MaskConsensus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consensus",
        abstract: "Compute one mask from the annotations of datasets and raters, and record it.",
        discussion: """
            The mask is recorded as a proposal of the rater consensus, with the masks that it was computed from. A proposal \
            is never current. With --adopt it is recorded as that rater's annotation, which the policy ranks like any other. \
            majority takes the voxels of more than half of the masks; staple weights each mask by its estimated performance \
            (Warfield et al. 2004). Masks made by a model are used only if named with --mask.

            A partial mask votes where it is known. A majority is taken among the masks that are known at a voxel, and the \
            result is known where more than half of all masks are; by staple it is known where at least one mask is.

            EXAMPLE:
              $ lacuna mask consensus internal/img0001 liver --method staple \\
                  --reason "three differ"
              volume        1
              organ         liver
              method        staple
              mask          120
              voxels        1610
              partial       no
              …
              inputs        119, 1, 59
              sensitivity   0.964, 1.000, 0.798
              …
              Recorded as a proposal. The same command with --adopt records it as an …
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    @Argument(help: "Organ: its key or another spelling.")
    var organ: String

    @Option(help: "Method of computation.")
    var method: ConsensusMask.Method

    @Option(help: .value("id", "Mask to use, by its id. Repeatable. (default: every annotation)"))
    var mask: [Int64] = []

    @Flag(help: "Make it the current annotation where the policy ranks it first.")
    var adopt = false

    func run() async throws {
        try await Session.with(options) { session in
            let recorded = try await ConsensusMask(session.workspace).record(
                ConsensusMask.Request(
                    volume: volume, organ: organ, method: method, masks: mask.map { MaskID($0) }, isAdopted: adopt,
                    reason: why.reason))
            session.output.report(fields(recorded))
            for note in notes(recorded) { session.output.note(note) }
        }
    }

    private func fields(_ recorded: ConsensusMask.Result) -> [Cell.Field] {
        [
            Cell.Field("volume", recorded.volume.rawValue), Cell.Field("organ", recorded.organ.rawValue),
            Cell.Field("method", method.rawValue), Cell.Field("mask", recorded.mask?.rawValue),
            Cell.Field("voxels", recorded.voxels), Cell.Field("partial", !recorded.region.isEverywhere),
            Cell.Field("knownVoxels", recorded.region.count),
            Cell.Field("inputs", recorded.inputs.map(\.mask.rawValue)),
            Cell.Field("sensitivity", recorded.inputs.compactMap(\.sensitivity)),
            Cell.Field("specificity", recorded.inputs.compactMap(\.specificity)),
            Cell.Field("changed", recorded.isNew), Cell.Field("current", recorded.isCurrent),
            Cell.Field("revision", recorded.revision.number),
        ]
    }

    private func notes(_ recorded: ConsensusMask.Result) -> [String] {
        var notes: [String] = []
        if !recorded.region.isEverywhere {
            notes.append(
                "The mask is partial: \(recorded.region.count) of \(recorded.volumeVoxels) voxels are known, those where "
                    + (method == .majority ? "more than half of the masks are known." : "at least one mask is known."))
        }
        if !adopt { notes.append("Recorded as a proposal. The same command with --adopt records it as an annotation.") }
        if adopt && !recorded.isCurrent {
            notes.append("Another annotation ranks higher: see lacuna mask policy show.")
        }
        return notes
    }
}

extension ConsensusMask.Method: ExpressibleByArgument {}
