public import Domain

/// The prediction of a whole volume: a logit and a confidence logit per organ and voxel, each in a byte.
///
/// A byte q encodes the logit q / 16, within ±7.94: near 0 and 1 this is finer than a probability in a byte.
public struct Prediction: Sendable {
    public static let stepsPerLogit = 16.0
    /// The confidence head is trained on voxels with a probability above this.
    public static let candidateProbability = 0.1

    public let shape: GridShape
    /// [organ][voxel], x fastest. Above zero: predicted positive, p > 0.5.
    public let logits: [[Int8]]
    /// [organ][voxel]: the logit of the confidence, or the segmentation's own.
    public let confidenceLogits: [[Int8]]
    public let kind: ConfidenceMethod
    /// Confidence of a confidence logit, by q + 128.
    private let values: [Double]

    /// - Parameter confidenceLogits: nil takes the segmentation's logits.
    public init(
        shape: GridShape, logits: [[Int8]], confidenceLogits: [[Int8]]? = nil, kind: ConfidenceMethod = .probability
    ) {
        precondition(logits.allSatisfy { $0.count == shape.count }, "a logit per voxel")
        (self.shape, self.logits, self.kind) = (shape, logits, kind)
        self.confidenceLogits = confidenceLogits ?? logits
        values = (-128...127).map { q in
            let p = logistic(Double(q) / Self.stepsPerLogit)
            return kind == .entropy ? 1 - entropyInBits(p) : p
        }
    }

    /// The byte of a logit.
    public static func quantised(_ logit: Float) -> Int8 {
        Int8(min(max((logit * Float(stepsPerLogit)).rounded(), -127), 127))
    }

    public func probability(organ: Int, voxel: Int) -> Double {
        logistic(Double(logits[organ][voxel]) / Self.stepsPerLogit)
    }

    /// In [0, 1].
    public func confidence(organ: Int, voxel: Int) -> Double { confidence(ofLogit: confidenceLogits[organ][voxel]) }

    func confidence(ofLogit logit: Int8) -> Double { values[Int(logit) + 128] }

    /// The predicted positives of an organ.
    public func foreground(organ: Int) -> BitVolume {
        logits[organ].withUnsafeBufferPointer { logits in
            BitVolume(
                shape,
                words: (0..<(shape.count + 63) >> 6).map { word in
                    var bits: UInt64 = 0
                    for i in word * 64..<min(word * 64 + 64, logits.count) where logits[i] > 0 {
                        bits |= 1 << UInt64(i & 63)
                    }
                    return bits
                })
        }
    }

    /// Mean confidence over the predicted positives; nil where there are none.
    public func meanConfidence(organ: Int) -> Double? { meanConfidence(organ: organ, over: foreground(organ: organ)) }

    func meanConfidence(organ: Int, over bits: BitVolume) -> Double? {
        var (sum, count) = (0.0, 0)
        bits.forEachSet { voxel in
            sum += values[Int(confidenceLogits[organ][voxel]) + 128]
            count += 1
        }
        return count > 0 ? sum / Double(count) : nil
    }
}

extension BitVolume {
    /// Calls `body` with the index of every set voxel, ascending.
    func forEachSet(_ body: (Int) -> Void) {
        for (position, word) in words.enumerated() where word != 0 {
            var rest = word
            while rest != 0 {
                body(position * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }
}
