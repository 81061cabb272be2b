internal import ArgumentParser
internal import Console
internal import Glibc
internal import Workflows

struct CacheClear: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "Remove what the cache holds; it is made again when it is needed.",
        discussion: """
            Files that a running daemon trains on stay, and so do files that lacunad did not write.

            EXAMPLE:
              $ lacuna cache clear
              removed  removed bytes  in use  foreign  folder
                   14        1248384       0        0  …
            """)

    @OptionGroup var caches: CacheOptions

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await Session.with(options) { session in
            let cleared = try await TrainingCaches(session.workspace(withCaches: caches.folders)).clear(now: time(nil))
            session.output.report(cleared, CacheClearing.columns)
            let failures = cleared.flatMap(\.failures)
            for failure in failures { session.output.warn("\(failure), so it is kept") }
            if !failures.isEmpty { throw ExitCode(ExitStatus.partlyDone.rawValue) }
        }
    }
}

extension CacheClearing {
    fileprivate static var columns: [Column<CacheClearing>] {
        [
            Column("removed") { $0.removed }, Column("removedBytes") { $0.removedBytes },
            Column("inUse") { $0.inUse }, Column("foreign") { $0.foreign }, Column("folder") { $0.folder },
        ]
    }
}
