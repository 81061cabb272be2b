internal import ArgumentParser
internal import Console
internal import Glibc
internal import Jobs
internal import Workflows

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check the schema, stored objects and referenced files against the catalogue.",
        discussion: """
            Checks that every object, every image and every label that waits for its image exists and has the recorded \
            size, and that cached images are whole and of data in use. Objects that no row names (orphans, left by \
            interrupted imports) do no harm; --sweep removes them, and cached and converted images of removed data. \
            Missing and damaged data make the exit status 6. Compares owners, rights, functions and triggers of the \
            database with what the migrations make first; where they differ, these differences alone are listed, because \
            nothing else can be relied on.

            --queue leaves the reading to the daemons, one job for each volume in use; lacuna job list --kind verify --state dead \
            then lists the damaged ones. Masks of test parts, which daemons may not read, and all other checks remain here.

            EXAMPLE:
              $ lacuna verify
              kind     what   file                     problem                     concerns
              missing  image  …/Training/img/img000…   internal/img0003: the fi…   …
            """)

    @Flag(help: "Read all data: objects and files must match their checksums, masks must decode to their voxel counts.")
    var readData = false

    @Flag(help: "Remove objects, converted volumes and cached images that no row of data in use names.")
    var sweep = false

    @Flag(
        help: "Create one job per volume for lacunad serve, which read all its data, instead of checking here.")
    var queue = false

    @OptionGroup var caches: CacheOptions

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        if queue, readData || sweep || !caches.folders.isEmpty {
            throw ValidationError(
                "--queue takes no --read-data, --sweep or --cache; its jobs read all data of the volumes.")
        }
    }

    func run() async throws {
        if queue { try await enqueue() } else { try await check() }
    }

    private func enqueue() async throws {
        let count = try await Session.with(options) { session in try await session.jobs.enqueueVerifications() }
        options.output.reportQueued(count, .verify)
    }

    private func check() async throws {
        let findings = try await Session.with(
            options, warnsOfLostObjects: false, acceptsAlteredSchema: true
        ) { session in
            let schema = try await IntegrityCheck.schemaFindings(session.workspace)
            guard schema.isEmpty else { return schema }
            let check = try await IntegrityCheck(session.workspace(withCaches: caches.folders), readsData: readData)
            return try await sweep ? check.runAndSweep(now: time(nil)) : check.run(now: time(nil))
        }
        options.output.report(findings, IntegrityFinding.columns)
        if findings.contains(where: \.kind.isDamage) { throw ExitCode(ExitStatus.damaged.rawValue) }
        options.output.note(findings.isEmpty ? "No problems found." : "Nothing is missing or damaged.")
    }
}

extension IntegrityFinding {
    fileprivate static var columns: [Column<IntegrityFinding>] {
        [
            Column("kind") { $0.kind.rawValue }, Column("what") { $0.subject.rawValue }, Column("file") { $0.location },
            Column("problem") { $0.problem }, Column("concerns") { $0.summary },
            Column("bytes", in: .wideOnly) { $0.bytes },
            Column("contents", in: .wideOnly) { $0.contents },
        ]
    }

    /// The first of the data concerned and the number of others; nil where no row names the file.
    private var summary: String? {
        guard let first = contents.first else { return nil }
        return contents.count == 1 ? first : "\(first) and \(contents.count - 1) more"
    }
}
