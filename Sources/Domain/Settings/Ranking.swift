/// How the predicted positives of an organ are ranked before a share of them is accepted.
public enum ConfidenceMethod: String, Hashable, Sendable, CaseIterable {
    /// The probability of the segmentation.
    case probability
    /// 1 − the entropy of the probability in bits. Ranks as `probability` does; the stored confidence differs.
    case entropy
    /// A head learns the true class probability (TCP) of predicted positives (INERRANT, after ConfidNet).
    case tcp
    /// As `tcp`, in residual form: the head corrects the segmentation's own logit, by zero at first.
    case residual
    /// A head in residual form learns whether a predicted positive is right, by the cross-entropy to the label.
    case correctness

    /// Whether a head is fitted in each round.
    public var hasHead: Bool {
        switch self {
        case .probability, .entropy: false
        case .tcp, .residual, .correctness: true
        }
    }

    /// Whether the head's output is added to the segmentation's logit.
    public var isResidual: Bool { self == .residual || self == .correctness }
}

/// What a round after round 0 starts from.
public enum StudentStart: String, Hashable, Sendable, CaseIterable {
    /// The weights of the round before.
    case continued = "continue"
    /// New weights, so that the errors of the round before are not inherited.
    case fresh
}

/// Which predicted positives of an organ compete for the accepted share.
public enum RankingPool: String, Hashable, Sendable, CaseIterable {
    /// Those of one volume.
    case volume
    /// Those of all volumes that the round relabels, so that the share of a volume may differ.
    case round
}
