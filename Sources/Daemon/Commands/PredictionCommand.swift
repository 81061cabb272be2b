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

    @Option(help: .value("number", "2: slices with two neighbours on each side; 3: blocks of voxels."))
    var dimensions = 3

    @Option(help: .value("channels", "Channels per level, finest level first, separated by commas."))
    var widths = BenchmarkWidths([16, 32, 64, 128])

    @Option(help: .value("number", "Number of organs."))
    var organs = 8

    @Option(help: .value("number", "Number of predictions, of which the fastest counts."))
    var repetitions = 1

    @Option(help: .value("number", "Number of libtorch threads."))
    var threads = 1

    @Flag(help: "Use bfloat16 where libtorch's autocast supports it.")
    var bfloat16 = false

    func validate() throws {
        guard (1...1024).contains(organs), (1...1024).contains(threads), (1...1000).contains(repetitions) else {
            throw ValidationError("--organs and --threads must be 1 to 1024, --repetitions 1 to 1000.")
        }
        do {
            try settings.validate()
        } catch let SettingError.invalid(key, value, limits, _) {
            let option = key == "predictionPatch" ? "patch" : key
            throw ValidationError("--\(option) is \(value); give \(limits).")
        }
    }

    private var settings: LearningSettings {
        var settings = LearningSettings()
        (settings.dimensions, settings.widths, settings.overlap) = (dimensions, widths.channels, overlap)
        settings.contextSlices = dimensions == 3 ? 1 : settings.contextSlices
        settings.patch = Array(repeating: patch, count: max(0, min(dimensions, 3)))
        settings.precision = bfloat16 ? .bfloat16 : .float32
        return settings
    }

    func run() async throws {
        let plan = settings.plan(organs: (0..<organs).map { "organ\($0)" })
        let benchmark = PredictionBenchmark(plan: plan, shape: shape.grid, settings: settings)
        let result = try await TensorThread(threads: threads).run { [repetitions] in
            try benchmark.run(repetitions: repetitions)
        }
        options.output.report([
            Cell.Field("bench", "predict_unet\(dimensions)d_\(shape.grid)"),
            Cell.Field("mode", bfloat16 ? "bf16" : "eager"), Cell.Field("threads", result.threads),
            Cell.Field("windows", result.windows), Cell.Field("seconds", result.seconds),
            Cell.Field(
                "megavoxelsPerSecond", Cell.number(Double(shape.grid.count) / result.seconds / 1e6, places: 3)),
            Cell.Field("peakBytes", result.peakBytes),
            Cell.Field("gigaflops", Cell.number(result.operationsPerSecond / 1e9, places: 1)),
            Cell.Field("productGigaflops", Cell.number(result.productOperationsPerSecond / 1e9, places: 1)),
            Cell.Field(
                "share", Cell.number(result.operationsPerSecond / result.productOperationsPerSecond, places: 2)),
        ])
    }
}
