internal import ArgumentParser
internal import Batches
internal import Console
internal import Plans
internal import System

struct BatchesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batches",
        abstract: "Measure how fast patches are cut out of a volume, beside a copy of as many bytes.",
        discussion: """
            A patch is its image in float32 and, for each organ, a byte for each voxel that says what is known of it.

            EXAMPLE:
              $ lacunad benchmark batches --size 32 --batches 20
              bench               batches_32_k13
              threads             1
              augmented           no
              bytes per patch     557056
              patches per second  13665.3
              copies per second   40868.7
              share               0.33
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("voxels", "Edge of the cubic patch in voxels, 16 to 512."))
    var size = 128

    @Option(help: .value("number", "Number of organs."))
    var organs = 13

    @Option(help: .value("number", "Number of patches in a batch."))
    var batch = 2

    @Option(help: .value("number", "Number of measured batches, after four for warm-up."))
    var batches = 100

    @Option(help: .value("number", "Number of threads."))
    var threads = 1

    @Option(
        help: .value(
            "folder",
            "Also write the volume there, as files of a training cache: benchmark.volume and benchmark.labels."))
    var write: String?

    @OptionGroup var augmentation: BenchmarkAugmentation

    func validate() throws {
        guard batches > 0, batch > 0, threads > 0, organs > 0 else {
            throw ValidationError("--batches, --batch, --organs and --threads must be positive.")
        }
        guard (16...512).contains(size) else { throw ValidationError("--size must be 16 to 512.") }
        guard batch <= 1024, threads <= 1024, organs <= 1024 else {
            throw ValidationError("--batch, --organs and --threads must be at most 1024.")
        }
    }

    func run() async throws {
        var settings = LearningSettings()
        settings.augmentation = augmentation.settings
        let benchmark = BatchBenchmark(
            organs: organs, edge: size, batch: batch, threads: threads, settings: settings)
        let result = try await BlockingWork().run { [batches, write] in
            if let write { try benchmark.writeVolume(in: write) }
            return try benchmark.run(batches: batches)
        }
        options.output.report([
            Cell.Field("bench", "batches_\(size)_k\(organs)"), Cell.Field("threads", threads),
            Cell.Field("augmented", augmentation.augmented),
            Cell.Field("bytesPerPatch", result.bytesPerPatch),
            Cell.Field("patchesPerSecond", Cell.number(result.patchesPerSecond, places: 1)),
            Cell.Field("copiesPerSecond", Cell.number(result.copiesPerSecond, places: 1)),
            Cell.Field("share", Cell.number(result.patchesPerSecond / result.copiesPerSecond, places: 2)),
        ])
    }
}
