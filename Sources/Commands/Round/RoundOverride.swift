internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct RoundOverride: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "override", abstract: "Release the masks of organs that a round withheld.",
        discussion: """
            A round withholds an organ whose results on held-out volumes do not pass its guards; lacuna round show lists them \
            with the reasons. The masks become labels of the round, at a new revision, until a later round publishes the \
            organ or lacuna mask rollback goes back to an earlier one. Masks without voxels stay withheld. A warning names the voxels \
            that the masks share with visible pseudo labels of organs that exclude theirs. Rounds that follow train on them only if they begin \
            after a later publication. The run must be the current one.

            EXAMPLE:
              $ lacuna round override second/1 pancreas \\
                  --reason "every mask was looked at"
              run       second
              round     1
              organs    pancreas
              labels    3
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Round, as RUN/ROUND.")
    var round: String

    @Argument(help: "Organs to release, by key or another spelling.")
    var organs: [String]

    @OptionGroup var why: ReasonOption

    func validate() throws {
        if RoundName(round) == nil { throw ValidationError("\(round) is not RUN/ROUND, such as second/1.") }
    }

    func run() async throws {
        guard let place = RoundName(round) else { return }
        try await Session.with(options) { session in
            let result = try await OrganRelease(session.workspace)
                .run(place.run, round: place.round, organs: organs, reason: why.reason)
            session.output.report([
                Cell.Field("run", place.run), Cell.Field("round", place.round),
                Cell.Field("organs", result.organs.map(\.rawValue)), Cell.Field("labels", result.labels),
                Cell.Field("emptyMasks", result.empty), Cell.Field("overlaps", result.overlaps.map(\.cell)),
                Cell.Field("revision", result.revision.number),
            ])
            session.tell(result)
        }
    }
}

extension Session {
    fileprivate func tell(_ result: OrganRelease.Result) {
        if result.empty > 0 {
            output.note(
                "masks without voxels, which stay withheld: \(result.empty); lacuna review absent records that an organ is not there"
            )
        }
        for overlap in result.overlaps {
            output.warn(
                "\(overlap.organ) shares voxels with visible pseudo labels of \(overlap.other), \(overlap.voxels) in volumes: \(overlap.volumes). It "
                    + "excludes \(overlap.other); look at them with lacuna mask picture, and reject the wrong ones with lacuna review reject"
            )
        }
        if let problem = result.unchecked {
            output.warn("the released masks were not compared with other organs: \(problem)")
        }
    }
}

extension ReleaseOverlap {
    fileprivate var cell: Cell {
        .object([
            Cell.Field("organ", organ.rawValue), Cell.Field("other", other.rawValue), Cell.Field("volumes", volumes),
            Cell.Field("voxels", voxels),
        ])
    }
}
