internal import Domain
internal import Plans
internal import Tensors

/// `KnownVoxelLoss` in operations on tensors, for devices whose memory the kernels in C cannot read. Nothing waits for a value.
///
/// It holds about ten volumes of float32 per organ for the time of the step, which the kernels in C do without.
struct TensorLoss {
    let normalisation: LossNormalisation
    let diceWeight: Double
    let positiveWeights: [Double]?
    let weight: Double
    let group: ProcessGroup?

    /// Sums over the voxels of a batch, per organ and in double precision.
    private struct Sums {
        let entropy, overlap, predicted, known, positives: Tensor
    }

    /// The same of composite labels.
    private struct Missed {
        let loss, voxels: Tensor
    }

    func callAsFunction(_ logits: Tensor, _ targets: LossTargets) throws -> LossValue {
        let own = try measure(logits, targets)
        let sums = Sums(
            entropy: try ofAll(own.entropy), overlap: try ofAll(own.overlap), predicted: try ofAll(own.predicted),
            known: try ofAll(own.known), positives: try ofAll(own.positives))
        let missed = try missed(logits, targets)
        let terms = try Tensor.concatenated([sums.entropy] + missed.map { try ofAll($0.loss) }, axis: 0)
        let known = try Tensor.concatenated([sums.known] + missed.map { try ofAll($0.voxels) }, axis: 0)
        let scaled = try normalised(terms, known, positions: logits.count * (group?.size ?? 1)) * weight
        let entropy = try scaled.sum()
        let total = try entropy + dice(sums) * weight
        let isPositive = try entropy.reaches(.leastNormalMagnitude)
        let shares = try scaled / entropy.clamped(from: .leastNormalMagnitude) * isPositive
        return LossValue(total: try total.detached(), shares: try shares.detached(), [.recorded(total)])
    }

    // MARK: - Sums

    /// The sum over the processes of the group, with the derivative of the own part.
    private func ofAll(_ own: Tensor) throws -> Tensor {
        guard let group else { return own }
        let own = try own.float64()
        let all = try own.detached() + 0
        try group.sum(all)
        return try own + (all - own.detached())
    }

    private func measure(_ logits: Tensor, _ targets: LossTargets) throws -> Sums {
        let axes = [0] + Array(2..<logits.shape.count)
        let positive = try targets.states.equals(VoxelKnowledge.positive, mask: VoxelKnowledge.truthBits)
        let weight = try weights(targets)
        let entropy = try logits.binaryCrossEntropy(
            target: positive, weight: weight, positiveWeight: try factorsOfPositives(logits))
        let predicted = try logits.sigmoid() * weight
        return Sums(
            entropy: try entropy.doubleSum(over: axes), overlap: try (predicted * positive).doubleSum(over: axes),
            predicted: try predicted.doubleSum(over: axes), known: try weight.doubleSum(over: axes),
            positives: try (weight * positive).doubleSum(over: axes))
    }

    /// 1 where an annotation knows, the weight of pseudo labels where they alone do, 0 elsewhere.
    private func weights(_ targets: LossTargets) throws -> Tensor {
        let known = try targets.states.equals(VoxelKnowledge.unknown) * -1 + 1
        let pseudo = try targets.states.reaches(Double(VoxelKnowledge.pseudo))
        return try known + pseudo * (Double(targets.pseudoWeight) - 1)
    }

    private func factorsOfPositives(_ logits: Tensor) throws -> Tensor? {
        guard let positiveWeights else { return nil }
        let shape = [positiveWeights.count] + Array(repeating: 1, count: logits.shape.count - 2)
        return try Tensor(positiveWeights.map(Float.init), shape: shape).moved(to: logits.device)
    }

    /// Σ −log(1 − Π(1 − p)) of each composite label, as `CompositeLoss`, in double precision because the product may be almost 1.
    private func missed(_ logits: Tensor, _ targets: LossTargets) throws -> [Missed] {
        guard let composite = targets.composite else { return [] }
        return try targets.compositeSets.enumerated().map { index, parts in
            let mask = try (composite.sliced(axis: 1, index..<index + 1).equals(0) * -1 + 1).float64()
            let logarithms = try parts.map { part in
                let unknown = try targets.states.sliced(axis: 1, part..<part + 1).equals(VoxelKnowledge.unknown)
                let scores = try logits.sliced(axis: 1, part..<part + 1).float64()
                return try (scores * -1).logarithmOfSigmoid() * unknown.float64()
            }
            let absent = try Tensor.concatenated(logarithms, axis: 1).sum(over: [1])
            let loss = try (absent.clamped(to: -1e-300).exponentialMinusOne() * -1).logarithm() * -1
            let all = Array(0..<logits.shape.count - 1)
            let mine = try mask.sum(over: [1])
            return Missed(
                loss: try Tensor.stacked([try (loss * mine).sum(over: all)]),
                voxels: try Tensor.stacked([try mine.sum(over: all)]))
        }
    }

    // MARK: - Terms

    /// The terms, which then sum to the cross-entropy.
    private func normalised(_ terms: Tensor, _ known: Tensor, positions: Int) throws -> Tensor {
        switch normalisation {
        case .total: return try terms / known.sum().clamped(from: 1)
        case .perOrgan:
            let isInformed = try known.reaches(.leastNormalMagnitude).float64()
            let informed = try isInformed.sum().clamped(from: 1)
            return try terms * isInformed / (known.clamped(from: .leastNormalMagnitude) * informed)
        case .constant: return try terms * (1 / Double(positions))
        }
    }

    /// As `DiceTerm`.
    private func dice(_ sums: Sums) throws -> Tensor {
        let counts = try sums.positives.reaches(.leastNormalMagnitude).float64()
        let organs = try counts.sum()
        let dice = try (sums.overlap * 2 + 1) / (sums.predicted + sums.positives + 1)
        let mean = try (counts * dice).sum() / organs.clamped(from: 1)
        return try (organs.clamped(to: 1) - mean) * diceWeight
    }
}
