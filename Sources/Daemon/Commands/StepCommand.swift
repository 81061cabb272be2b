internal import ArgumentParser
internal import Console
internal import Learning
internal import Plans
internal import Tensors

struct StepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step", abstract: "Measure the duration and the memory of a training step of the U-Net.",
        discussion: """
            The share is that of the convolutions' operations per second in those of products of float32 matrices, measured in the same \
            run on as many threads.

            EXAMPLE:
              $ lacunad benchmark step --size 16 --steps 1
              bench           train_unet3d_16_b2
              mode            eager
              libtorch        1.13.0
              threads         1
              steps           1
              median seconds  0.039
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("voxels", "Edge of the patch in voxels, 16 to 512, a multiple of 2 for each level but one."))
    var size = 64

    @Option(help: .value("number", "2: slices with two neighbours on each side; 3: blocks of voxels."))
    var dimensions = 3

    @Option(help: .value("channels", "Channels per level, finest level first, separated by commas."))
    var widths = BenchmarkWidths([16, 32, 64, 128])

    @Option(help: .value("number", "Number of organs."))
    var organs = 8

    @Option(help: .value("number", "Number of patches in a batch."))
    var batch = 2

    @Option(help: .value("number", "Number of measured steps, after two for warm-up."))
    var steps = 5

    @Option(help: .value("number", "Number of libtorch threads."))
    var threads = 1

    @Flag(help: "Use bfloat16 where libtorch's autocast supports it.")
    var bfloat16 = false

    func run() async throws {
        let plan = NetworkPlan(
            dimensions: dimensions, contextSlices: dimensions == 2 ? LearningSettings().contextSlices : 1,
            widths: widths.channels, organs: (0..<organs).map { "organ\($0)" }, headBias: 0)
        let benchmark = StepBenchmark(plan: plan, batch: batch, patch: Array(repeating: size, count: dimensions))
        let (steps, precision) = (steps, bfloat16 ? Precision.bfloat16 : .float32)
        let result = try await TensorThread(threads: threads).run {
            try benchmark.run(steps: steps, precision: precision)
        }
        options.output.report([
            Cell.Field("bench", "train_unet\(dimensions)d_\(size)_b\(batch)"),
            Cell.Field("mode", bfloat16 ? "bf16" : "eager"),
            Cell.Field("libtorch", result.libtorch), Cell.Field("threads", result.threads),
            Cell.Field("steps", steps), Cell.Field("medianSeconds", result.medianSeconds),
            Cell.Field("minSeconds", result.seconds.min()), Cell.Field("maxSeconds", result.seconds.max()),
            Cell.Field("peakBytes", result.peakBytes),
            Cell.Field("gigaflops", Cell.number(result.operationsPerSecond / 1e9, places: 1)),
            Cell.Field("productGigaflops", Cell.number(result.productOperationsPerSecond / 1e9, places: 1)),
            Cell.Field(
                "share", Cell.number(result.operationsPerSecond / result.productOperationsPerSecond, places: 2)),
        ])
    }

    func validate() throws {
        guard steps > 0, batch > 0, threads > 0, organs > 0 else {
            throw ValidationError("--steps, --batch, --organs and --threads must be positive.")
        }
        guard (2...3).contains(dimensions) else { throw ValidationError("--dimensions must be 2 or 3.") }
        let multiple = 1 << (widths.channels.count - 1)
        guard (16...512).contains(size), size % multiple == 0, size > multiple else {
            throw ValidationError("--size must be a multiple of \(multiple) from 16 to 512, and larger than it.")
        }
        guard batch <= 1024, threads <= 1024, organs <= 1024 else {
            throw ValidationError("--batch, --organs and --threads must be at most 1024.")
        }
    }
}
