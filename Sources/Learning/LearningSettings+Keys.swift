extension LearningSettings {
    /// All settings in order of the documentation.
    public static let keys: [SettingKey] = networkKeys + inputKeys + trainingKeys + confidenceKeys

    private static let networkKeys: [SettingKey] = [
        .integer("dimensions", \.dimensions, 2...3, "2: slices with neighbours as channels; 3: blocks of voxels"),
        .integer("contextSlices", \.contextSlices, 1...15, "slices that a 2-D network sees, odd; 1 for 3-D"),
        .integers("widths", \.widths, count: 1...7, 1...1024, "channels per level, finest first"),
        .number("headBias", \.headBias, -10...10, "first bias of every output: all organs start rare"),
    ]

    private static let inputKeys: [SettingKey] = [
        .integers("patch", \.patch, count: 2...3, 2...1024, "voxels of a training patch along x, y (and z)"),
        .integers("predictionPatch", \.predictionPatch, count: 0...3, 2...2048, "the same for prediction; none: patch"),
        .number("overlap", \.overlap, 0...0.9, "share by which prediction patches overlap"),
        .number("windowLow", \.windowLow, -2000...4000, "Hounsfield units below are cut to this"),
        .number("windowHigh", \.windowHigh, -2000...4000, "Hounsfield units above are cut to this"),
        .number("intensityMean", \.intensityMean, -2000...4000, "subtracted, in Hounsfield units"),
        .number("intensityDeviation", \.intensityDeviation, 1...4000, "divided by, in Hounsfield units"),
        .number("intensityJitter", \.intensityJitter, 0...1, "largest random change of scale and offset in training"),
        .integer("batch", \.batch, 1...256, "patches per step"),
        .number("foregroundShare", \.foregroundShare, 0...1, "share of a batch that shows a randomly drawn organ"),
    ]

    private static let trainingKeys: [SettingKey] = [
        .integer("seed", \.seed, 0...Int(Int32.max), "all random choices follow from it"),
        .integer("rounds", \.rounds, 0...20, "relabelling rounds after round 0"),
        .integer("initialSteps", \.initialSteps, 1...10_000_000, "steps of round 0; train it to a plateau"),
        .integer("roundSteps", \.roundSteps, 1...10_000_000, "steps of each later round"),
        .number("learningRate", \.learningRate, 1e-7...1, "first step size"),
        .choice("learningRateSchedule", \.learningRateSchedule, "how the step size falls within a round"),
        .choice("optimiser", \.optimiser, "Adam, or gradient descent with momentum 0.9"),
        .choice("precision", \.precision, "number format of convolutions"),
        .integer("threads", \.threads, 0...1024, "processor threads; 0: libtorch's choice"),
        .integer("checkpointSteps", \.checkpointSteps, 1...1_000_000, "steps between checkpoints to resume from"),
        .choice("normalisation", \.normalisation, "what the sum over known voxels is divided by"),
        .number("diceWeight", \.diceWeight, 0...10, "weight of the soft Dice term over known voxels"),
        .number(
            "positiveWeightTarget", \.positiveWeightTarget, 0...1,
            "positives weigh (this / frequency)^0.5 in round 0, at least 1; 0: no weights"),
        .flag("missingAsBackground", \.missingAsBackground, "the baseline that takes unlabelled organs for absent"),
    ]

    private static let confidenceKeys: [SettingKey] = [
        .choice("confidence", \.confidence, "what ranks predicted voxels"),
        .integer("confidenceWidth", \.confidenceWidth, 1...1024, "channels of the confidence head"),
        .integer("confidenceSteps", \.confidenceSteps, 1...1_000_000, "steps that train the confidence head"),
        .number("confidenceLearningRate", \.confidenceLearningRate, 1e-7...1, "its step size"),
        .number("gammaMaximum", \.gammaMaximum, 0.01...1, "share of predicted positives believed in the last round"),
        .number("minimumConfidence", \.minimumConfidence, 0...1, "less confident positives are never believed"),
        .numbers(
            "confidentNegatives", \.confidentNegatives, count: 0...20, 0...1,
            "share of predicted negatives believed, by round; the last holds on; none: positives only"),
        .choice("rankingPool", \.rankingPool, "over which voxels the share is counted"),
        .number("runawayRatio", \.runawayRatio, 1...100, "predicted over annotated volume at which an organ is stopped"),
    ]
}
