internal import ArgumentParser
internal import Console

/// The network of a benchmark, and how it is computed.
struct BenchmarkNetwork: ParsableArguments {
    @Option(help: .value("number", "2: slices with two neighbours on each side; 3: blocks of voxels."))
    var dimensions = 3

    @Option(help: .value("channels", "Channels per level, finest level first, separated by commas."))
    var widths = BenchmarkWidths([16, 32, 64, 128])

    @Option(help: .value("number", "Number of organs."))
    var organs = 8

    @Option(help: .value("number", "Number of libtorch threads."))
    var threads = 1

    @Flag(help: "Use bfloat16 where libtorch's autocast supports it.")
    var bfloat16 = false

    var organNames: [String] { (0..<organs).map { "organ\($0)" } }

    var mode: String { bfloat16 ? "bf16" : "eager" }

    /// The rate of the convolutions, and its share in that of products of matrices.
    static func fields(_ operationsPerSecond: Double, of productOperationsPerSecond: Double) -> [Cell.Field] {
        [
            Cell.Field("gigaflops", Cell.number(operationsPerSecond / 1e9, places: 1)),
            Cell.Field("productGigaflops", Cell.number(productOperationsPerSecond / 1e9, places: 1)),
            Cell.Field("share", Cell.number(operationsPerSecond / productOperationsPerSecond, places: 2)),
        ]
    }
}
