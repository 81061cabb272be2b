internal import ArgumentParser
internal import Console
internal import Domain
internal import Learning
internal import Plans
internal import System
internal import Tensors

struct TrainingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training", abstract: "Measure training steps while their batches are cut out beside them.",
        discussion: """
            Cubic patches of a volume in memory, as lacunad benchmark batches cuts them out, train a network of three dimensions, as in \
            lacunad benchmark step. Both are measured alone in the same run. The share is that of the step alone in the step beside \
            which batches are cut out.

            EXAMPLE:
              $ lacunad benchmark training --size 16 --steps 5 --widths 4,8
              bench             training_16_b2_k8
              mode              eager
              …
              step seconds      0.022
              batch seconds     0.000
              together seconds  0.022
              wait share        0.00124
              …
              share             1.01
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("voxels", "Edge of the patch in voxels, 16 to 512, a multiple of 2 for each level but one."))
    var size = 64

    @OptionGroup var network: BenchmarkNetwork

    @Option(help: .value("number", "Number of patches in a batch."))
    var batch = 2

    @Option(help: .value("number", "Number of measured steps, after two for warm-up."))
    var steps = 5

    @Option(help: .value("number", "Number of threads that cut out batches."))
    var loaders = 1

    @Flag(help: "Change the patches at random, as learning.augmentation: nnUNet does.")
    var augmented = false

    func validate() throws {
        guard network.dimensions == 3 else { throw ValidationError("--dimensions must be 3.") }
        guard (1...1024).contains(network.organs), (1...1024).contains(network.threads), steps > 0, batch > 0 else {
            throw ValidationError("--organs and --threads must be 1 to 1024, --steps and --batch positive.")
        }
        do {
            try settings.validate()
        } catch let SettingError.invalid(key, value, limits, _) {
            let option = key == "patch" ? "size" : key
            throw ValidationError("--\(option) is \(value); give \(limits).")
        }
    }

    private var settings: LearningSettings {
        var settings = LearningSettings()
        (settings.dimensions, settings.contextSlices, settings.widths) = (3, 1, network.widths.channels)
        (settings.patch, settings.batch, settings.loaders) = ([size, size, size], batch, loaders)
        settings.precision = network.bfloat16 ? .bfloat16 : .float32
        settings.augmentation = AugmentationSettings(augmented ? .nnUNet : .none)
        return settings
    }

    func run() async throws {
        let parts = try await TrainingParts(settings, organs: network.organNames, threads: network.threads).run(steps)
        options.output.report([
            Cell.Field("bench", "training_\(size)_b\(batch)_k\(network.organs)"), Cell.Field("mode", network.mode),
            Cell.Field("augmented", augmented), Cell.Field("threads", network.threads),
            Cell.Field("loaders", parts.together.loaders), Cell.Field("steps", steps),
            Cell.Field("stepSeconds", parts.step.medianSeconds), Cell.Field("batchSeconds", parts.batchSeconds),
            Cell.Field("togetherSeconds", parts.together.medianSeconds),
            Cell.Field("waitShare", Cell.number(parts.together.waitShare, places: 5)),
            Cell.Field("peakBytes", parts.together.peakBytes), Cell.Field("share", Cell.number(parts.share, places: 2)),
        ])
    }
}
