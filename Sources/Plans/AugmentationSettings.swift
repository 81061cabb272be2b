/// How patches are changed at random in training: each kind for a share of the patches, none by default. Sizes and ranges are those of nnU-Net's
/// default augmentation (Isensee et al., Nature Methods 2021, and its code, version 2) where nothing else is set.
public struct AugmentationSettings: Hashable, Sendable {
    /// Along x, y, z.
    public var flipShares = [0.0, 0.0, 0.0]
    public var rotationShare = 0.0
    /// Largest angles about the axes x, y, z; a 2-D network turns about z alone.
    public var rotationDegrees = [30.0, 30.0, 30.0]
    public var scaleShare = 0.0
    public var scaleRange = [0.7, 1.4]
    public var elasticShare = 0.0
    /// Standard deviation of the displacement of a control point, in voxels.
    public var elasticDisplacement = 3.0
    /// Voxels between control points.
    public var elasticSpacing = 32
    public var noiseShare = 0.0
    /// Largest standard deviation, of a normalised image.
    public var noiseDeviation = 0.1
    public var blurShare = 0.0
    /// Standard deviations in voxels.
    public var blurRange = [0.5, 1.0]
    public var brightnessShare = 0.0
    public var brightnessRange = [0.75, 1.25]
    public var contrastShare = 0.0
    public var contrastRange = [0.75, 1.25]
    public var lowResolutionShare = 0.0
    public var lowResolutionRange = [0.5, 1.0]
    public var invertedGammaShare = 0.0
    public var gammaShare = 0.0
    public var gammaRange = [0.7, 1.5]
    public var cutMixShare = 0.0

    /// No changes.
    public init() {}

    /// The shares of a set, with the sizes and ranges of all sets.
    public init(_ set: AugmentationSet) {
        self.init()
        guard set == .nnUNet else { return }
        flipShares = [0.5, 0.5, 0.5]
        (rotationShare, scaleShare) = (0.2, 0.2)
        (noiseShare, blurShare, brightnessShare, contrastShare) = (0.1, 0.1, 0.15, 0.15)
        (lowResolutionShare, invertedGammaShare, gammaShare) = (0.125, 0.1, 0.3)
    }

}

/// Shares that are set together.
public enum AugmentationSet: String, Hashable, Sendable, CaseIterable {
    case none
    /// Those of nnU-Net's default augmentation.
    case nnUNet
}
