internal import ArgumentParser
internal import Console
internal import Learning
internal import Tensors

struct BenchmarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark", abstract: "Time a training step of the 3-D U-Net.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "Edge of the cubic patch in voxels.")
    var size = 64

    @Option(help: "Number of patches in a batch.")
    var batch = 2

    @Option(help: "Steps to time, after two that are not.")
    var steps = 5

    @Option(help: "Threads of libtorch.")
    var threads = 1

    @Flag(help: "Use bfloat16 where libtorch's autocast does.")
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
        guard steps > 0, batch > 0, threads > 0 else { throw ValidationError("Give positive numbers.") }
        guard size >= 16, size % 8 == 0 else { throw ValidationError("--size must be a multiple of 8, at least 16.") }
    }
}
