internal import Domain
internal import Numerics

/// The predicted positives of an organ in a volume with their scores. Memory: a bit for each voxel of the volume, and two bytes for
/// each positive, or four where the confidence has scores of its own.
struct PredictedPositives: Hashable, Sendable {
    private(set) var foreground: BitVolume
    /// Of each voxel of `foreground`, in the order of the voxels.
    private(set) var logits: [Prediction.Score] = []
    private var ownConfidences: [Prediction.Score] = []

    init(_ shape: GridShape) { self.init(BitVolume(shape)) }

    private init(_ foreground: BitVolume) { self.foreground = foreground }

    /// The confidence score of each voxel of `foreground`, in the order of the voxels.
    var confidences: [Prediction.Score] { ownConfidences.isEmpty ? logits : ownConfidences }

    /// Takes the voxels of the slice that follows those before.
    mutating func add(_ voxels: OrganSlice.Positives, of slice: OrganSlice) {
        guard voxels.count > 0 else { return }
        foreground.formUnion(voxels.plane, slice: slice.z)
        logits += slice.scores.gathered(voxels.plane, count: voxels.count)
        if let confidences = slice.confidences {
            ownConfidences += confidences.gathered(voxels.plane, count: voxels.count)
        }
    }

    /// Without the voxels outside the largest connected part; of equal ones the first is kept.
    var largestPart: PredictedPositives {
        let components = ConnectedComponents(foreground)
        guard components.parts.count > 1 else { return self }
        var result = PredictedPositives(components.mask { $0 == 0 })
        let hasOwn = !ownConfidences.isEmpty
        var position = 0
        foreground.forEachSet { voxel in
            if result.foreground[voxel] {
                result.logits.append(logits[position])
                if hasOwn { result.ownConfidences.append(ownConfidences[position]) }
            }
            position += 1
        }
        return result
    }

    /// Calls `body` with each positive and its two scores, in the order of the voxels.
    func forEach(_ body: (_ voxel: Int, _ logit: Prediction.Score, _ confidence: Prediction.Score) -> Void) {
        let confidences = confidences
        var position = 0
        foreground.forEachSet { voxel in
            body(voxel, logits[position], confidences[position])
            position += 1
        }
    }

    /// Mean over the positives; nil where there are none.
    func meanConfidence(_ kind: ConfidenceMethod) -> Double? {
        guard !confidences.isEmpty else { return nil }
        return confidences.reduce(0) { $0 + kind.confidence(of: $1) } / Double(confidences.count)
    }
}
