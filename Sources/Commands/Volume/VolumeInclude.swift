internal import ArgumentParser
internal import Console
internal import Workflows

struct VolumeInclude: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "include", abstract: "Undo the exclusion of a volume.",
        discussion: """
            Its labels are used again from the next revision on, unless its subject or all its datasets are removed.

            EXAMPLE:
              $ lacuna volume include internal/img0002 --reason usable
              volume    2
              changed   yes
              withheld  -
              revision  23
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    func run() async throws {
        try await Session.with(options) { session in
            let exclusion = VolumeExclusion(session.workspace)
            session.output.report(try await exclusion.include(volume, reason: why.reason).fields)
        }
    }
}
