internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct VolumeExclude: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exclude", abstract: "Withhold a volume from training, coverage, export and relabelling.",
        discussion: """
            The volume stays listed with the reason, and its history is kept. lacuna volume include undoes the \
            exclusion. Runs leave the volume out the next time they read their labels.

            EXAMPLE:
              $ lacuna volume exclude internal/img0002 --reason "motion artefacts"
              volume    2
              changed   yes
              withheld  excluded: motion artefacts
              revision  22
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    func run() async throws {
        try await Session.with(options) { session in
            let exclusion = VolumeExclusion(session.workspace)
            session.output.report(try await exclusion.exclude(volume, reason: why.reason).fields)
        }
    }
}

extension VolumeExclusion.Result {
    var fields: [Cell.Field] {
        [
            Cell.Field("volume", volume.rawValue), Cell.Field("changed", isChanged), Cell.Field("withheld", withheld),
            Cell.Field("revision", revision.number),
        ]
    }
}
