internal import ArgumentParser
internal import Console
internal import Workflows

struct CacheStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what the cache holds.",
        discussion: """
            Images are kept as raw voxels on the grid of a run, labels as one byte for each voxel. Files used least recently are removed \
            first where daemon.cacheGigabytes is reached.

            EXAMPLE:
              $ lacuna cache status
              images  image bytes  labels  label bytes  unfinished  foreign  folder
                   6       664704       8       583680           0        0  …
            """)

    @OptionGroup var caches: CacheOptions

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await Session.with(options) { session in
            let caches = try TrainingCaches(session.workspace(withCaches: caches.folders))
            session.output.report(try await caches.status(), CacheStatus.columns)
        }
    }
}

extension CacheStatus {
    fileprivate static var columns: [Column<CacheStatus>] {
        [
            Column("images") { $0.images }, Column("imageBytes") { $0.imageBytes }, Column("labels") { $0.labels },
            Column("labelBytes") { $0.labelBytes }, Column("unfinished") { $0.unfinished },
            Column("foreign") { $0.foreign }, Column("folder") { $0.folder },
        ]
    }
}
