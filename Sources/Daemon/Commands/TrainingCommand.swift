internal import ArgumentParser
internal import Console
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

    @OptionGroup var measured: BenchmarkSteps

    @Option(help: .value("number", "Number of threads that cut out batches."))
    var loaders = 1

    @OptionGroup var augmentation: BenchmarkAugmentation

    func validate() throws {
        guard measured.network.dimensions == 3 else { throw ValidationError("--dimensions must be 3.") }
        try settings.validate(named: [:])
    }

    private var settings: LearningSettings {
        var settings = measured.settings
        (settings.loaders, settings.augmentation) = (loaders, augmentation.settings)
        return settings
    }

    func run() async throws {
        let (network, steps) = (measured.network, measured.steps)
        let parts = try await TrainingParts(settings, organs: network.organNames, threads: network.threads).run(steps)
        options.output.report([
            Cell.Field("bench", "training_\(measured.size)_b\(measured.batch)_k\(network.organs)"),
            Cell.Field("mode", network.mode), Cell.Field("augmented", augmentation.augmented),
            Cell.Field("threads", network.threads), Cell.Field("loaders", parts.together.loaders),
            Cell.Field("steps", steps),
            Cell.Field("stepSeconds", parts.step.medianSeconds), Cell.Field("batchSeconds", parts.batchSeconds),
            Cell.Field("togetherSeconds", parts.together.medianSeconds),
            Cell.Field("waitShare", Cell.number(parts.together.waitShare, places: 5)),
            Cell.Field("peakBytes", parts.together.peakBytes), Cell.Field("share", Cell.number(parts.share, places: 2)),
        ])
    }
}
