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
        let (size, batch, steps, isLow) = (size, batch, steps, bfloat16)
        let seconds = try await TensorThread(threads: threads).run {
            try StepBenchmark.run(size: size, batch: batch, steps: steps, bfloat16: isLow)
        }.sorted()
        options.output.report([
            Cell.Field("bench", "train_unet3d_\(size)_b\(batch)"), Cell.Field("mode", isLow ? "bf16" : "eager"),
            Cell.Field("torch", Torch.version), Cell.Field("threads", threads), Cell.Field("steps", steps),
            Cell.Field("medianSeconds", seconds[seconds.count / 2]), Cell.Field("minSeconds", seconds[0]),
            Cell.Field("maxSeconds", seconds[seconds.count - 1]),
        ])
    }
}
