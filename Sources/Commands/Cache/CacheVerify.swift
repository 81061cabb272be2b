internal import ArgumentParser
internal import Console
internal import Workflows

struct CacheVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Compare all files of the cache with their checksums.",
        discussion: """
            Lists the files that cannot be used; where there are any, the exit status is 6. lacunad checks a file as well before it trains on \
            it, and makes a damaged one again. Files of removed data are listed by lacuna verify.

            EXAMPLE:
              $ lacuna cache verify
              file                     bytes  problem
              …-48x48x24.volume       110784  is not what was cached: the bytes do not match their checksum
            """)

    @OptionGroup var caches: CacheOptions

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let problems = try await Session.with(options) { session in
            try await TrainingCaches(session.workspace(withCaches: caches.folders)).problems()
        }
        options.output.report(problems, CacheProblem.columns)
        guard problems.isEmpty else {
            options.output.note("lacuna cache clear removes damaged files; move away what lacunad did not write")
            throw ExitCode(ExitStatus.damaged.rawValue)
        }
        options.output.note("No problems found.")
    }
}

extension CacheProblem {
    fileprivate static var columns: [Column<CacheProblem>] {
        [Column("file") { $0.file }, Column("bytes") { $0.bytes }, Column("problem") { $0.problem }]
    }
}
