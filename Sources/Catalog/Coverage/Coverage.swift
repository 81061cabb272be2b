public import Domain

/// How one organ is labelled over a set of volumes. annotated + absent + pseudo + unlabelled = volumes, always.
public struct Coverage: Sendable, Hashable {
    public var organ: OrganKey
    /// The dataset, split part or round that the row is of; nil over the whole catalogue.
    public var group: String?
    public var volumes = 0
    /// The subjects with the organ annotated or absent in at least one volume.
    public var subjects = 0
    public var annotated = 0
    public var absent = 0
    public var pseudo = 0
    /// The median confidence of the pseudo labels that have one, correct to 0.01; nil without.
    public var medianConfidence: Double?
    /// Mean Dice, 0 to 1, on held-out volumes of the round whose labels of the organ are current, or of the row's round; nil
    /// without an evaluation, and at an earlier revision.
    public var heldOutDice: Double?
    /// The medians of the soft Dice, the predicted Dice and the bounds of its interval over the labels of the round whose labels of the
    /// organ are current, or of the row's round; nil where none was measured, and at an earlier revision.
    public var quality: MaskQuality?
    /// Of the annotated, those that are complete only within an extent.
    public var partial = 0
    /// Known labels by origin.
    public var byOrigin: [LabelOrigin: Int] = [:]
    /// Volumes where the organ itself is unlabelled and only a composite label (both kidneys) is annotated.
    public var unionKnown = 0

    public var unlabelled: Int { volumes - annotated - absent - pseudo }
}

/// The grouping of coverage.
public enum CoverageGrouping: String, Sendable, CaseIterable {
    case organ, dataset, split, round
}
