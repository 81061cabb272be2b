/// How the predicted positives of an organ are ranked before a share of them is accepted.
public enum ConfidenceMethod: String, Hashable, Sendable, CaseIterable {
    /// The segmentation's own logit plus a correction that a small head learns, zero at first.
    case residual
    /// The probability of the segmentation.
    case probability
    /// 1 − the entropy of the probability in bits. Ranks as `probability` does; the stored confidence differs.
    case entropy
}

/// Which predicted positives of an organ compete for the accepted share.
public enum RankingPool: String, Hashable, Sendable, CaseIterable {
    /// Those of one volume.
    case volume
    /// Those of all volumes that the round relabels, so that the share of a volume may differ.
    case round
}
