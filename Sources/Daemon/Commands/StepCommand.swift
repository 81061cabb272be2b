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

    @OptionGroup var measured: BenchmarkSteps

    func run() async throws {
        let (settings, network, steps) = (measured.settings, measured.network, measured.steps)
        let benchmark = StepBenchmark(
            plan: settings.plan(organs: network.organNames), batch: settings.batch, patch: settings.patch)
        let result = try await TensorThread(threads: network.threads).run {
            try benchmark.run(steps: steps, precision: settings.precision)
        }
        options.output.report(
            [
                Cell.Field("bench", "train_unet\(network.dimensions)d_\(measured.size)_b\(settings.batch)"),
                Cell.Field("mode", network.mode),
                Cell.Field("libtorch", result.libtorch), Cell.Field("threads", result.threads),
                Cell.Field("steps", steps), Cell.Field("medianSeconds", result.medianSeconds),
                Cell.Field("minSeconds", result.seconds.min()), Cell.Field("maxSeconds", result.seconds.max()),
                Cell.Field("peakBytes", result.peakBytes),
            ] + BenchmarkNetwork.fields(result.operationsPerSecond, of: result.productOperationsPerSecond))
    }
}
