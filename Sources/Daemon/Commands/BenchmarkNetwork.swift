internal import ArgumentParser
internal import Console
internal import Domain
internal import Plans

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

    func validate() throws {
        guard (2...3).contains(dimensions) else { throw ValidationError("--dimensions must be 2 or 3.") }
        guard (1...1024).contains(organs), (1...1024).contains(threads) else {
            throw ValidationError("--organs and --threads must be 1 to 1024.")
        }
    }

    var organNames: [String] { (0..<organs).map { "organ\($0)" } }

    var mode: String { bfloat16 ? "bf16" : "eager" }

    /// The settings of the network and of cubic or square patches.
    ///
    /// - Parameter edge: of a patch, in voxels.
    func settings(edge: Int) -> LearningSettings {
        var settings = LearningSettings()
        (settings.dimensions, settings.widths) = (dimensions, widths.channels)
        settings.contextSlices = dimensions == 3 ? 1 : settings.contextSlices
        settings.patch = Array(repeating: edge, count: dimensions)
        settings.precision = bfloat16 ? .bfloat16 : .float32
        return settings
    }

    /// The rate of the convolutions, and its share in that of products of matrices.
    static func fields(_ operationsPerSecond: Double, of productOperationsPerSecond: Double) -> [Cell.Field] {
        [
            Cell.Field("gigaflops", Cell.number(operationsPerSecond / 1e9, places: 1)),
            Cell.Field("productGigaflops", Cell.number(productOperationsPerSecond / 1e9, places: 1)),
            Cell.Field("share", Cell.number(operationsPerSecond / productOperationsPerSecond, places: 2)),
        ]
    }
}

extension LearningSettings {
    /// Checks settings that were given as options.
    ///
    /// - Parameter options: the names of options that are not those of their keys.
    /// - Throws: `ValidationError`.
    func validate(named options: [String: String]) throws {
        do throws(SettingError) {
            try validate()
        } catch {
            guard case .invalid(let key, let value, let limits, _) = error else { throw error }
            throw ValidationError("--\(options[key] ?? key) is \(value); give \(limits).")
        }
    }
}
