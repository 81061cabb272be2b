internal import Domain
internal import Learning

/// The newest predictions of a round, up to a size, so that a volume that is ranked with all others is predicted once.
struct KeptPredictions {
    private let limitInBytes: Int
    private var weights: RoundWeights?
    private var byVolume: [VolumeID: Prediction] = [:]
    private var bytes = 0

    init(limitInBytes: Int) { self.limitInBytes = limitInBytes }

    /// Keeps a prediction where there is room; those of another round are dropped.
    mutating func keep(_ prediction: Prediction, of volume: VolumeID, with weights: RoundWeights) {
        if weights != self.weights {
            (self.weights, byVolume, bytes) = (weights, [:], 0)
        }
        guard byVolume[volume] == nil, bytes + prediction.bytes <= limitInBytes else { return }
        byVolume[volume] = prediction
        bytes += prediction.bytes
    }

    /// The prediction of a volume, which is no longer kept.
    mutating func take(_ volume: VolumeID, with weights: RoundWeights) -> Prediction? {
        guard weights == self.weights, let prediction = byVolume.removeValue(forKey: volume) else { return nil }
        bytes -= prediction.bytes
        return prediction
    }
}

extension Prediction {
    /// Memory of the logits; the confidence shares those of the segmentation where they are the same.
    fileprivate var bytes: Int { 2 * logits.count * shape.count }
}
