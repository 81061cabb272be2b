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

    @OptionGroup var network: BenchmarkNetwork

    @Option(help: .value("number", "Number of patches in a batch."))
    var batch = 2

    @Option(help: .value("number", "Number of measured steps, after two for warm-up."))
    var steps = 5

    func run() async throws {
        let plan = NetworkPlan(
            dimensions: network.dimensions,
            contextSlices: network.dimensions == 2 ? LearningSettings().contextSlices : 1,
            widths: network.widths.channels, organs: network.organNames, headBias: 0)
        let benchmark = StepBenchmark(
            plan: plan, batch: batch, patch: Array(repeating: size, count: network.dimensions))
        let (steps, precision) = (steps, network.bfloat16 ? Precision.bfloat16 : .float32)
        let result = try await TensorThread(threads: network.threads).run {
            try benchmark.run(steps: steps, precision: precision)
        }
        options.output.report(
            [
                Cell.Field("bench", "train_unet\(network.dimensions)d_\(size)_b\(batch)"),
                Cell.Field("mode", network.mode),
                Cell.Field("libtorch", result.libtorch), Cell.Field("threads", result.threads),
                Cell.Field("steps", steps), Cell.Field("medianSeconds", result.medianSeconds),
                Cell.Field("minSeconds", result.seconds.min()), Cell.Field("maxSeconds", result.seconds.max()),
                Cell.Field("peakBytes", result.peakBytes),
            ] + BenchmarkNetwork.fields(result.operationsPerSecond, of: result.productOperationsPerSecond))
    }

    func validate() throws {
        guard steps > 0, batch > 0, network.threads > 0, network.organs > 0 else {
            throw ValidationError("--steps, --batch, --organs and --threads must be positive.")
        }
        guard (2...3).contains(network.dimensions) else { throw ValidationError("--dimensions must be 2 or 3.") }
        let multiple = 1 << (network.widths.channels.count - 1)
        guard (16...512).contains(size), size % multiple == 0, size > multiple else {
            throw ValidationError("--size must be a multiple of \(multiple) from 16 to 512, and larger than it.")
        }
        guard batch <= 1024, network.threads <= 1024, network.organs <= 1024 else {
            throw ValidationError("--batch, --organs and --threads must be at most 1024.")
        }
    }
}
