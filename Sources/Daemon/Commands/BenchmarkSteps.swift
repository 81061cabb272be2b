internal import ArgumentParser
internal import Console
internal import Plans

/// The training steps of a benchmark.
struct BenchmarkSteps: ParsableArguments {
    @Option(help: .value("voxels", "Edge of the patch in voxels, 16 to 512, a multiple of 2 for each level but one."))
    var size = 64

    @OptionGroup var network: BenchmarkNetwork

    @Option(help: .value("number", "Number of patches in a batch."))
    var batch = 2

    @Option(help: .value("number", "Number of measured steps, after two for warm-up."))
    var steps = 5

    func validate() throws {
        guard steps > 0 else { throw ValidationError("--steps must be positive.") }
        guard (16...512).contains(size) else { throw ValidationError("--size is \(size); give 16 to 512.") }
        try settings.validate(named: ["patch": "size"])
    }

    var settings: LearningSettings {
        var settings = network.settings(edge: size)
        settings.batch = batch
        return settings
    }
}

/// Whether patches of a benchmark are changed at random.
struct BenchmarkAugmentation: ParsableArguments {
    @Flag(help: "Change the patches at random, as learning.augmentation: nnUNet does.")
    var augmented = false

    var settings: AugmentationSettings { AugmentationSettings(augmented ? .nnUNet : .none) }
}
