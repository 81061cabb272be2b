internal import ArgumentParser
internal import Console
internal import Domain
internal import Learning
internal import Plans
internal import Tensors

struct PredictionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prediction", abstract: "Measure how fast a whole volume is predicted by overlapping windows.",
        discussion: """
            The volume is noise and the network untrained. The share is that of the convolutions' operations per second in those of \
            products of float32 matrices, measured in the same run on as many threads.

            EXAMPLE:
              $ lacunad benchmark prediction --shape 64x64x32 --patch 32 --widths 8,16
              bench                  predict_unet3d_64x64x32
              mode                   eager
              threads                1
              windows                9
              …
              share                  0.04
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("sizes", "Shape of the volume in voxels."))
    var shape = BenchmarkShape(GridShape(192, 192, 96))

    @Option(help: .value("voxels", "Edge of the windows in voxels, a multiple of 2 for each level but one."))
    var patch = 64

    @Option(help: .value("share", "Share by which windows overlap, 0 to 0.9."))
    var overlap = 0.5

    @OptionGroup var network: BenchmarkNetwork

    @Option(help: .value("number", "Number of predictions, of which the fastest counts."))
    var repetitions = 1

    func validate() throws {
        guard (1...1000).contains(repetitions) else { throw ValidationError("--repetitions must be 1 to 1000.") }
        try settings.validate(named: [:])
    }

    private var settings: LearningSettings {
        var settings = network.settings(edge: patch)
        settings.overlap = overlap
        return settings
    }

    func run() async throws {
        let plan = settings.plan(organs: network.organNames)
        let benchmark = PredictionBenchmark(plan: plan, shape: shape.grid, settings: settings)
        let result = try await TensorThread(threads: network.threads).run { [repetitions] in
            try benchmark.run(repetitions: repetitions)
        }
        options.output.report(
            [
                Cell.Field("bench", "predict_unet\(network.dimensions)d_\(shape.grid)"),
                Cell.Field("mode", network.mode), Cell.Field("threads", result.threads),
                Cell.Field("windows", result.windows), Cell.Field("seconds", result.seconds),
                Cell.Field(
                    "megavoxelsPerSecond", Cell.number(Double(shape.grid.count) / result.seconds / 1e6, places: 3)),
                Cell.Field("peakBytes", result.peakBytes),
            ] + BenchmarkNetwork.fields(result.operationsPerSecond, of: result.productOperationsPerSecond))
    }
}
