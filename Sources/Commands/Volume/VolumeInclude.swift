internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct VolumeInclude: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "include", abstract: "Take the exclusion of a volume back.",
        discussion: """
            Its labels count again from the next revision on, unless its subject or all its datasets are removed.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Name the volume by its id, by DATASET/CASE or by its file.")
    var volume: String

    func run() async throws {
        try await Session.with(options) { session in
            let volume = try await session.catalog.volume(named: volume)
            let changed = try await session.catalog.restore(.volume(volume.id), reason: why.reason)
            try await session.catalog.compactCoverage()
            session.output.report([
                Cell.Field("volume", volume.id.rawValue), Cell.Field("changed", changed),
                Cell.Field("withheld", try await session.catalog.volume(named: volume.id.description).withheld),
                Cell.Field("revision", try await session.catalog.currentRevision().number),
            ])
        }
    }
}
