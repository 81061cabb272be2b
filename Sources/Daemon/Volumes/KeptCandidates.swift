internal import Domain
internal import Imaging
internal import Learning

/// The candidates for pseudo labels of a round, up to a size, so that a volume that is ranked with all others is predicted once.
struct KeptCandidates {
    private let limitInBytes: Int
    private var weights: RoundWeights?
    private var byVolume: [VolumeID: [PackedCandidate]] = [:]
    private var bytes = 0

    init(limitInBytes: Int) { self.limitInBytes = limitInBytes }

    /// Keeps the candidates of a volume where there is room; those of another round are dropped.
    mutating func keep(_ candidates: [LabelCandidate], of volume: VolumeID, with weights: RoundWeights) {
        if weights != self.weights {
            (self.weights, byVolume, bytes) = (weights, [:], 0)
        }
        guard byVolume[volume] == nil else { return }
        let packed = candidates.map(PackedCandidate.init)
        let size = packed.reduce(0) { $0 + $1.bytes }
        guard bytes + size <= limitInBytes else { return }
        byVolume[volume] = packed
        bytes += size
    }

    /// The candidates of a volume, which are no longer kept.
    ///
    /// - Parameter shape: of the volume on the run's grid.
    mutating func take(_ volume: VolumeID, shape: GridShape, with weights: RoundWeights) throws -> [LabelCandidate]? {
        guard weights == self.weights, let packed = byVolume.removeValue(forKey: volume) else { return nil }
        bytes -= packed.reduce(0) { $0 + $1.bytes }
        return try packed.map { try $0.unpacked(shape) }
    }
}

/// A candidate in little memory: its masks compressed, its scores as they are.
private struct PackedCandidate {
    private let organ: Int
    private let masks: EncodedMask
    private let scores: [Prediction.Score]
    private let measures: LabelMeasures

    init(_ candidate: LabelCandidate) {
        var known = candidate.foreground
        known.formUnion(candidate.negatives)
        masks = MaskCodec.encode(foreground: candidate.foreground, known: known)
        (organ, scores, measures) = (candidate.organ, candidate.scores, candidate.measures)
    }

    var bytes: Int { masks.bytes.count + scores.count * MemoryLayout<Prediction.Score>.size }

    /// - Parameter shape: of the masks.
    /// - Throws: `ImagingError.invalidMask`.
    func unpacked(_ shape: GridShape) throws -> LabelCandidate {
        let mask = try MaskCodec.decode(masks.bytes, shape: shape, contentHash: masks.contentHash)
        var negatives = mask.known ?? BitVolume(shape, repeating: true)
        negatives.subtract(mask.foreground)
        return LabelCandidate(
            organ: organ, foreground: mask.foreground, negatives: negatives, scores: scores, measures: measures)
    }
}
