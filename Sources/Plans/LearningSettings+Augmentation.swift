internal import Domain

extension LearningSettings {
    /// The set whose shares are used; setting it sets all of them, which single keys then change.
    var augmentationSet: AugmentationSet {
        get { augmentationBase }
        set {
            augmentationBase = newValue
            augmentation = AugmentationSettings(newValue)
        }
    }

    /// Keys of `augmentation`: the set first.
    static let augmentationKeys: [SettingKey<LearningSettings>] = [
        .choice(
            "augmentation", \.augmentationSet,
            "Random changes of training patches: the shares below that are not set are those of this set."),
        .numbers(
            "flipShares", \.augmentation.flipShares, count: 3...3, .range(0...1),
            "Shares of patches that are flipped along x, y, z. A flip along x swaps left and right organs."),
        share("rotationShare", \.augmentation.rotationShare, "rotated"),
        .numbers(
            "rotationDegrees", \.augmentation.rotationDegrees, count: 3...3, .range(0...180),
            "Largest angles about x, y, z in degrees; a 2-D network turns about z alone."),
        share("scaleShare", \.augmentation.scaleShare, "scaled"),
        .numbers(
            "scaleRange", \.augmentation.scaleRange, count: 2...2, .range(0.25...4), "Least and largest magnification."),
        share("elasticShare", \.augmentation.elasticShare, "deformed"),
        .number(
            "elasticDisplacement", \.augmentation.elasticDisplacement, .range(0...64),
            "Standard deviation of the displacement of control points, in voxels."),
        .integer("elasticSpacing", \.augmentation.elasticSpacing, 4...512, "Voxels between control points."),
        share("noiseShare", \.augmentation.noiseShare, "given Gaussian noise"),
        .number(
            "noiseDeviation", \.augmentation.noiseDeviation, .range(0...10),
            "Largest standard deviation of the noise, of a normalised image."),
        share("blurShare", \.augmentation.blurShare, "blurred"),
        .numbers(
            "blurRange", \.augmentation.blurRange, count: 2...2, .range(0.1...8),
            "Least and largest standard deviation of the blur, in voxels."),
        share("brightnessShare", \.augmentation.brightnessShare, "made brighter or darker"),
        .numbers(
            "brightnessRange", \.augmentation.brightnessRange, count: 2...2, .range(0.1...10),
            "Least and largest factor of the values."),
        share("contrastShare", \.augmentation.contrastShare, "given another contrast"),
        .numbers(
            "contrastRange", \.augmentation.contrastRange, count: 2...2, .range(0.1...10),
            "Least and largest factor of the distance from the mean."),
        share("lowResolutionShare", \.augmentation.lowResolutionShare, "reduced to a lower resolution"),
        .numbers(
            "lowResolutionRange", \.augmentation.lowResolutionRange, count: 2...2, .range(0.1...1),
            "Least and largest resolution as a share of the patch's."),
        share("invertedGammaShare", \.augmentation.invertedGammaShare, "given a gamma curve from bright to dark"),
        share("gammaShare", \.augmentation.gammaShare, "given a gamma curve"),
        .numbers(
            "gammaRange", \.augmentation.gammaRange, count: 2...2, .range(0.1...10), "Least and largest exponent."),
        share("cutMixShare", \.augmentation.cutMixShare, "given a box of another patch, with its labels"),
    ]

    private static func share(
        _ name: String, _ path: SettingPath<LearningSettings, Double>, _ change: String
    ) -> SettingKey<LearningSettings> {
        .number(name, path, .range(0...1), "Share of patches that are \(change).")
    }

    /// Checks the rules that join several values of `augmentation`.
    func validateAugmentation() throws(SettingError) {
        let ranges = [
            ("scaleRange", augmentation.scaleRange), ("blurRange", augmentation.blurRange),
            ("brightnessRange", augmentation.brightnessRange), ("contrastRange", augmentation.contrastRange),
            ("lowResolutionRange", augmentation.lowResolutionRange), ("gammaRange", augmentation.gammaRange),
        ]
        for (key, range) in ranges {
            try require(range[0] <= range[1], key, "two numbers, the smaller one first")
        }
    }
}
