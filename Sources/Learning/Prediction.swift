public import Domain

/// The prediction of consecutive slices of a volume: a logit and a confidence logit per organ and voxel, each as a score of 16 bits.
///
/// A score q encodes the logit q / 256, within ±127.99, beyond which a float32 probability is 0 or 1; so the voxels that a
/// network is sure of keep their order.
public struct Prediction: Sendable {
    public typealias Score = Int16

    public static let stepsPerLogit = 256.0

    /// Of the slices, those of the volume along x and y.
    public let shape: GridShape
    /// The z of the first one in the volume.
    public let firstSlice: Int
    /// [organ][voxel], x fastest. Above zero: predicted positive, p > 0.5.
    public let logits: [[Score]]
    /// [organ][voxel]: the logit of the confidence; nil where it is the segmentation's own.
    public let ownConfidenceLogits: [[Score]]?
    public let kind: ConfidenceMethod

    /// - Parameter confidenceLogits: nil takes the segmentation's logits.
    public init(
        shape: GridShape, firstSlice: Int = 0, logits: [[Score]], confidenceLogits: [[Score]]? = nil,
        kind: ConfidenceMethod = .probability
    ) {
        precondition(logits.allSatisfy { $0.count == shape.count }, "a logit per voxel")
        (self.shape, self.firstSlice, self.logits, self.kind) = (shape, firstSlice, logits, kind)
        ownConfidenceLogits = confidenceLogits
    }

    /// The score of a logit. One that is not a number becomes 0, a probability of one half that is not predicted.
    public static func quantised(_ logit: Float) -> Score {
        guard !logit.isNaN else { return 0 }
        return Score(min(max((logit * Float(stepsPerLogit)).rounded(), -32767), 32767))
    }

    /// Whether a voxel that is predicted as two organs belongs to the rival: by the higher score, among equals by the order of the plan.
    func isWon(_ voxel: Int, by rival: Int, from organ: Int) -> Bool {
        let (score, other) = (logits[organ][voxel], logits[rival][voxel])
        return other > score || other == score && rival < organ
    }

    public func probability(organ: Int, voxel: Int) -> Double { Self.probability(of: logits[organ][voxel]) }

    static func probability(of score: Score) -> Double { probabilities[Int(score) - Int(Score.min)] }

    private static let probabilities = (Int(Score.min)...Int(Score.max)).map { logistic(Double($0) / stepsPerLogit) }

    /// In [0, 1].
    public func confidence(organ: Int, voxel: Int) -> Double {
        kind.confidence(of: (ownConfidenceLogits ?? logits)[organ][voxel])
    }
}

extension ConfidenceMethod {
    /// The confidence of a score, in [0, 1].
    func confidence(of score: Prediction.Score) -> Double {
        let p = Prediction.probability(of: score)
        return self == .entropy ? 1 - entropyInBits(p) : p
    }
}
