internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct VolumeExclude: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exclude", abstract: "Withhold a volume from training, coverage, export and relabelling.",
        discussion: """
            It stays listed with the reason, its history is kept, and include takes it back. Runs leave it out when they \
            next read their labels.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Name the volume by its id, by DATASET/CASE or by its file.")
    var volume: String

    func run() async throws {
        try await Session.with(options) { session in
            let volume = try await session.catalog.volume(named: volume)
            let changed = try await session.catalog.withdraw(.volume(volume.id), recalling: false, reason: why.reason)
            try await session.catalog.compactCoverage()
            session.output.report([
                Cell.Field("volume", volume.id.rawValue), Cell.Field("changed", changed),
                Cell.Field("withheld", try await session.catalog.volume(named: volume.id.description).withheld),
                Cell.Field("revision", try await session.catalog.currentRevision().number),
            ])
        }
    }
}
