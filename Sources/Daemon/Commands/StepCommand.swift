internal import ArgumentParser
internal import Console
internal import Learning
internal import Plans
internal import Tensors

struct StepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step", abstract: "Measure the duration of a training step of the 3-D U-Net.",
        discussion: """
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

    @Option(help: .value("voxels", "Edge of the cubic patch in voxels, a multiple of 8 from 16 to 512."))
    var size = 64

    @Option(help: .value("number", "Number of patches in a batch."))
    var batch = 2

    @Option(help: .value("number", "Number of measured steps, after two for warm-up."))
    var steps = 5

    @Option(help: .value("number", "Number of libtorch threads."))
    var threads = 1

    @Flag(help: "Use bfloat16 where libtorch's autocast supports it.")
    var bfloat16 = false

    func run() async throws {
        let reference = StepBenchmark.reference
        let benchmark = StepBenchmark(plan: reference.plan, batch: batch, patch: [size, size, size])
        let (steps, precision) = (steps, bfloat16 ? Precision.bfloat16 : .float32)
        let result = try await TensorThread(threads: threads).run {
            try benchmark.run(steps: steps, precision: precision)
        }
        options.output.report([
            Cell.Field("bench", "train_unet3d_\(size)_b\(batch)"), Cell.Field("mode", bfloat16 ? "bf16" : "eager"),
            Cell.Field("libtorch", result.libtorch), Cell.Field("threads", result.threads),
            Cell.Field("steps", steps), Cell.Field("medianSeconds", result.medianSeconds),
            Cell.Field("minSeconds", result.seconds.min()), Cell.Field("maxSeconds", result.seconds.max()),
        ])
    }

    func validate() throws {
        guard steps > 0, batch > 0, threads > 0 else {
            throw ValidationError("--steps, --batch and --threads must be positive.")
        }
        guard (16...512).contains(size), size % 8 == 0 else {
            throw ValidationError("--size must be a multiple of 8 from 16 to 512.")
        }
        guard batch <= 1024, threads <= 1024 else {
            throw ValidationError("--batch and --threads must be at most 1024.")
        }
    }
}
