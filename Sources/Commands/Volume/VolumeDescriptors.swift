internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Jobs
internal import Workflows

struct VolumeDescriptors: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Compute missing image descriptors.",
        discussion: """
            Imports compute the image descriptors that volume duplicates compares. This command reads the images of \
            volumes that have none, such as those imported by an older version. Volumes whose image cannot be read, or \
            is no longer the imported scan, are listed and make the exit status 4. --queue leaves the work to the daemons.

            EXAMPLE:
              $ lacuna volume describe
              volume  dataset/case  file  problem  remedy
              2 of 2 volumes without an image descriptor have one now.
            """)

    @Flag(help: "Create one job per volume for lacunad serve, instead of reading the images.")
    var queue = false

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        if queue { try await enqueue() } else { try await describe() }
    }

    private func enqueue() async throws {
        let count = try await Session.with(options) { session in
            try await session.jobs.enqueueFingerprints(version: ImageDescription.version)
        }
        options.output.reportQueued(count, .fingerprint)
    }

    private func describe() async throws {
        let result = try await Session.with(options) { session in
            try await DescriptorCompletion(session.workspace).run()
        }
        options.output.report(result.failures, DescriptorCompletion.Failure.columns)
        let described = result.undescribed - result.failures.count
        options.output.note(
            result.undescribed == 0
                ? "Every volume has an image descriptor."
                : "\(described) of \(result.undescribed) volumes without an image descriptor have one now.")
        if !result.failures.isEmpty { throw ExitCode(ExitStatus.partlyDone.rawValue) }
    }
}

extension DescriptorCompletion.Failure {
    static var columns: [Column<Self>] {
        [
            Column("volume") { $0.image.volume.rawValue }, Column("name", title: "dataset/case") { $0.image.name },
            Column("file") { $0.image.file }, Column("problem") { $0.problem }, Column("remedy") { $0.remedy },
        ]
    }
}
