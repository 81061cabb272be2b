internal import CKernels
public import Plans
public import Tensors

/// Cross-entropy over known voxels only, L = Σ w · BCE(σ(s), y) / Σ w, one sigmoid per organ (INERRANT), with
/// −log(1 − Π(1 − p)) for voxels of a composite label, and optionally a soft Dice term over known voxels.
///
/// A voxel with w = 0 contributes exactly zero gradient. In host memory, value and derivative are computed in two passes over the
/// voxels, without a tensor for each operation; they do not depend on the number of threads. On another device `TensorLoss` does it.
public struct KnownVoxelLoss: Sendable {
    private let normalisation: LossNormalisation
    private let diceWeight: Double
    private let positiveWeights: [Double]?

    /// - Parameter positiveWeights: the weight of a positive voxel per organ; it does not enter the normalisation.
    public init(
        normalisation: LossNormalisation = .total, diceWeight: Double = 0, positiveWeights: [Double]? = nil
    ) {
        (self.normalisation, self.diceWeight, self.positiveWeights) = (normalisation, diceWeight, positiveWeights)
    }

    /// - Parameters:
    ///   - logits: [N, organs, (Z,) Y, X], of any float type; the loss is computed in float32.
    ///   - targets: on the same device.
    ///   - weight: factor of the whole loss.
    ///   - group: processes whose batches count as one: value, divisors and Dice are of all of them, the derivative that by the own logits.
    public func callAsFunction(
        _ logits: Tensor, _ targets: LossTargets, weight: Double = 1, of group: ProcessGroup? = nil
    ) throws -> LossValue {
        let logits = try logits.float32()
        guard logits.device == .cpu else { return try onTensors(logits, targets, weight: weight, of: group) }
        return try inHostMemory(logits, targets, weight, group)
    }

    public func callAsFunction(_ logits: Tensor, _ batch: Batch) throws -> LossValue {
        try self(logits, LossTargets(batch))
    }

    /// The same in operations on tensors, on any device.
    package func onTensors(
        _ logits: Tensor, _ targets: LossTargets, weight: Double = 1, of group: ProcessGroup? = nil
    ) throws -> LossValue {
        let loss = TensorLoss(
            normalisation: normalisation, diceWeight: diceWeight, positiveWeights: positiveWeights, weight: weight,
            group: group)
        return try loss(try logits.float32(), targets)
    }

    private func inHostMemory(
        _ logits: Tensor, _ targets: LossTargets, _ weight: Double, _ group: ProcessGroup?
    ) throws -> LossValue {
        let shape = logits.shape
        let gradient = try Tensor.zeros(shape)
        let composites = CompositeLoss(targets)
        var (value, shares): (Double, [Double]) = (0, [])
        try logits.withMutableFloats { scores in
            try targets.states.withMutableBytes { states in
                try gradient.withMutableFloats { derivative in
                    let voxels = VoxelPlanes(
                        rows: shape[0], organs: shape[1], scores: scores, states: states, derivative: derivative,
                        weight: weights(targets, shape[1]))
                    var sums = LossSums(
                        try voxels.measure(), try composites.measure(voxels), pseudo: targets.pseudoWeight)
                    try sums.add(of: group)
                    let positions = scores.count * (group?.size ?? 1)
                    let factors = factors(sums.knownOfEach, positions: positions).map { weight * $0 }
                    let dice = DiceTerm(sums, weight: weight * diceWeight)
                    try voxels.derive(factors, dice)
                    try composites.derive(voxels, Array(factors[shape[1]...]))
                    let terms = zip(sums.terms, factors).map { $0 * $1 }
                    let entropy = terms.reduce(0, +)
                    (value, shares) = (entropy + dice.value, terms.map { entropy > 0 ? $0 / entropy : 0 })
                }
            }
        }
        return LossValue(
            total: try Tensor(doubles: [value]).sum(), shares: try Tensor(doubles: shares),
            [.given(logits: logits, gradient: gradient)])
    }

    private func weights(_ targets: LossTargets, _ organs: Int) -> VoxelPlanes.Weights {
        VoxelPlanes.Weights(
            positive: positiveWeights?.map(Float.init) ?? Array(repeating: 1, count: organs),
            pseudo: targets.pseudoWeight)
    }

    /// What the cross-entropy of each organ, then of each composite label, is multiplied by.
    private func factors(_ known: [Double], positions: Int) -> [Double] {
        switch normalisation {
        case .total:
            let all = max(1, known.reduce(0, +))
            return known.map { _ in 1 / all }
        case .perOrgan:
            let informed = Double(max(1, known.count { $0 > 0 }))
            return known.map { $0 > 0 ? 1 / ($0 * informed) : 0 }
        case .constant:
            return known.map { _ in 1 / Double(positions) }
        }
    }
}
