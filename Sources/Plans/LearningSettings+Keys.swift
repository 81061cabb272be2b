public import Domain

extension LearningSettings: SettingSection {
    public static let keys: [SettingKey<LearningSettings>] = networkKeys + inputKeys + augmentationKeys + trainingKeys

    /// The values that make a run the same run: without those that only say where it is computed and how often it is looked at.
    public var identity: [String: SettingValue] {
        values.filter { !["device", "loaders", "logSteps"].contains($0.key) }
    }

    /// The keys that decide what batches are cut out of volumes that are normalised already.
    public static let batchKeys: Set<String> = Set(
        ["dimensions", "contextSlices", "patch", "batch", "foregroundShare", "intensityJitter", "missingAsBackground"]
            + augmentationKeys.map(\.name))

    private static let networkKeys: [SettingKey<LearningSettings>] = [
        .integer(
            "dimensions", \.dimensions, 2...3, "2: slices with their neighbours as channels; 3: blocks of voxels."),
        .integer("contextSlices", \.contextSlices, 1...15, "Slices that a 2-D network sees, an odd number; 1 for 3-D."),
        .integers("widths", \.widths, count: 1...7, 1...1024, "Channels per level, finest level first."),
        .number(
            "headBias", \.headBias, .range(-10...10), "Initial bias of every output, so that all organs start rare."),
        .integer("confidenceWidth", \.confidenceWidth, 1...1024, "Hidden channels of the confidence head."),
    ]

    private static let inputKeys: [SettingKey<LearningSettings>] = [
        .integers("patch", \.patch, count: 2...3, 2...1024, "Voxels of a training patch along x, y (and z)."),
        .integers(
            "predictionPatch", \.predictionPatch, count: 0...3, 2...2048,
            "Voxels of a prediction patch along x, y (and z); empty: the same as patch."),
        .number("overlap", \.overlap, .range(0...0.9), "Share by which prediction patches overlap."),
        .choice(
            "intensity", \.intensity,
            "Normalisation of each image: by a window in Hounsfield units, or by its own percentiles, or mean and deviation."
        ),
        .number(
            "windowLow", \.windowLow, .range(-2000...4000), "Smaller intensities are clipped, in Hounsfield units."),
        .number(
            "windowHigh", \.windowHigh, .range(-2000...4000), "Larger intensities are clipped, in Hounsfield units."),
        .number(
            "intensityMean", \.intensityMean, .range(-2000...4000), "Subtracted from intensities, in Hounsfield units."),
        .number(
            "intensityDeviation", \.intensityDeviation, .range(1...4000),
            "Divisor of intensities after the subtraction, in Hounsfield units."),
        .number(
            "intensityJitter", \.intensityJitter, .range(0...1),
            "Largest random change of scale and offset in training."),
        .integer("batch", \.batch, 1...256, "Patches per step, in each process of a run."),
        .number(
            "foregroundShare", \.foregroundShare, .range(0...1), "Share of a batch that shows a randomly drawn organ."),
    ]

    private static let trainingKeys: [SettingKey<LearningSettings>] = [
        .number("learningRate", \.learningRate, .range(1e-7...1), "Initial learning rate."),
        .numbers(
            "learningRates", \.learningRates, count: 0...101, .range(1e-7...1),
            "Initial learning rate of each round, round 0 first; none: learningRate in every round.",
            lengthText: "none, or one value per round"),
        .choice("learningRateSchedule", \.learningRateSchedule, "Course of the learning rate within a round."),
        .integer(
            "warmUpSteps", \.warmUpSteps, 0...1_000_000,
            "First steps of a round, in which the network's learning rate grows evenly to that of its course."),
        .integer("accumulation", \.accumulation, 1...256, "Batches whose mean gradient makes a step of the network."),
        .number(
            "maximumGradientNorm", \.maximumGradientNorm, .range(0...1e6),
            "Larger gradients of the network are scaled down to this norm, all parameters together; 0: none are."),
        .number(
            "confidenceLearningRate", \.confidenceLearningRate, .range(1e-7...1),
            "Learning rate of the confidence head."),
        .choice("optimiser", \.optimiser, "Adam, or stochastic gradient descent with momentum 0.9."),
        .choice("precision", \.precision, "Number format of convolutions."),
        .text(
            "device", \.device, limits: "auto, cpu, cuda or cuda:N, the number of a GPU",
            "Where networks train and predict; auto: the first GPU, else the processor."),
        .integer(
            "threads", \.threads, 0...1024,
            "Processor threads of libtorch, and of relabelling; 0: its own choice, and one for each core."),
        .integer(
            "loaders", \.loaders, 0...64,
            "Threads that fill batches ahead of the training; 0: half of the processor's cores, at most 4."),
        .integer("checkpointSteps", \.checkpointSteps, 1...1_000_000, "Steps between two checkpoints."),
        .integer(
            "logSteps", \.logSteps, 1...1_000_000,
            "Steps between two readings of the loss, each of which waits for the device."),
        .number(
            "averageWeights", \.averageWeights, .from(0, below: 1),
            "Decay of a moving average of the network's weights, with which it predicts; 0: the weights themselves."),
        .flag(
            "deepSupervision", \.deepSupervision,
            "Whether coarser levels of the network learn as well, with half the weight of the level above."),
        .choice("normalisation", \.normalisation, "Divisor of the summed loss over known voxels."),
        .number("diceWeight", \.diceWeight, .range(0...10), "Weight of the soft Dice term over known voxels."),
        .number(
            "positiveWeightTarget", \.positiveWeightTarget, .range(0...1),
            "Positives weigh (this / frequency)^0.5 in round 0, at least 1; 0: no weights."),
        .flag("missingAsBackground", \.missingAsBackground, "Take unlabelled organs for absent, as a baseline."),
    ]
}
