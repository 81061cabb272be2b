internal import CKernels
internal import Domain
public import Plans
public import Tensors

/// The loss of a step, with its derivative.
public struct LossValue {
    public let value: Double
    /// The share of each organ, then of each composite label, in the cross-entropy; sums to 1, or all 0 where the loss is 0.
    public let shares: [Double]
    private let logits: Tensor
    private let gradient: Tensor

    init(value: Double, shares: [Double], logits: Tensor, gradient: Tensor) {
        (self.value, self.shares, self.logits, self.gradient) = (value, shares, logits, gradient)
    }

    /// Adds the derivative of the loss to the gradient of every tensor that the logits were computed from.
    /// - Throws: `TensorError`.
    public func backward() throws { try logits.backward(from: gradient) }
}

/// Cross-entropy over known voxels only, L = Σ w · BCE(σ(s), y) / Σ w, one sigmoid per organ (INERRANT), with
/// −log(1 − Π(1 − p)) for voxels of a composite label, and optionally a soft Dice term over known voxels.
///
/// A voxel with w = 0 contributes exactly zero gradient. Value and derivative are computed in two passes over the voxels, without a
/// tensor for each operation; they do not depend on the number of threads.
public struct KnownVoxelLoss {
    private let normalisation: LossNormalisation
    private let diceWeight: Double
    private let positiveWeights: [Double]?

    /// - Parameter positiveWeights: the weight of a positive voxel per organ; it does not enter the normalisation.
    public init(
        normalisation: LossNormalisation = .total, diceWeight: Double = 0, positiveWeights: [Double]? = nil
    ) {
        (self.normalisation, self.diceWeight, self.positiveWeights) = (normalisation, diceWeight, positiveWeights)
    }

    /// - Parameter logits: [N, organs, (Z,) Y, X], of any float type; the loss is computed in float32.
    /// - Throws: `TensorError`.
    public func callAsFunction(_ logits: Tensor, _ batch: Batch) throws -> LossValue {
        let logits = try logits.float32()
        let shape = logits.shape
        let gradient = try Tensor.zeros(shape)
        let composites = CompositeLoss(batch)
        var result: (value: Double, shares: [Double]) = (0, [])
        try logits.withMutableFloats { scores in
            try batch.states.withMutableBytes { states in
                try gradient.withMutableFloats { derivative in
                    let voxels = VoxelPlanes(
                        rows: shape[0], organs: shape[1], scores: scores, states: states, derivative: derivative,
                        weight: weights(batch, shape[1]))
                    let sums = try voxels.measure()
                    let missed = try composites.measure(voxels)
                    let known = sums.map { $0.known(pseudo: batch.pseudoWeight) } + missed.map { Double($0.count) }
                    let factors = factors(known, positions: scores.count)
                    let dice = DiceTerm(sums, weight: diceWeight, pseudo: batch.pseudoWeight)
                    try voxels.derive(factors, dice)
                    try composites.derive(voxels, Array(factors[shape[1]...]))
                    let terms = zip(sums.map(\.cross_entropy) + missed.map(\.loss), factors).map { $0 * $1 }
                    let entropy = terms.reduce(0, +)
                    result = (entropy + dice.value, terms.map { entropy > 0 ? $0 / entropy : 0 })
                }
            }
        }
        return LossValue(value: result.value, shares: result.shares, logits: logits, gradient: gradient)
    }

    private func weights(_ batch: Batch, _ organs: Int) -> VoxelPlanes.Weights {
        VoxelPlanes.Weights(
            positive: positiveWeights?.map(Float.init) ?? Array(repeating: 1, count: organs),
            pseudo: batch.pseudoWeight)
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

/// Mean of 1 − Dice over the organs with a known positive in the batch, Dice of the whole batch, smoothed by 1.
struct DiceTerm {
    let value: Double
    /// The derivative of the value by Σ w p y and by Σ w p, per organ.
    let byOverlap, byPredicted: [Double]

    init(_ sums: [ck_loss_sums], weight: Double, pseudo: Float) {
        let positives = sums.map { $0.positives(pseudo: pseudo) }
        let organs = positives.count { $0 > 0 }
        guard weight > 0, organs > 0 else {
            value = 0
            (byOverlap, byPredicted) = (positives.map { _ in 0 }, positives.map { _ in 0 })
            return
        }
        let share = weight / Double(organs)
        var (total, overlap, predicted) = (weight, [Double](), [Double]())
        for (sum, positive) in zip(sums, positives) {
            let divisor = sum.predicted + positive + 1
            let counts = positive > 0 ? share : 0
            total -= counts * (2 * sum.overlap + 1) / divisor
            overlap.append(-counts * 2 / divisor)
            predicted.append(counts * (2 * sum.overlap + 1) / (divisor * divisor))
        }
        (value, byOverlap, byPredicted) = (total, overlap, predicted)
    }
}

extension ck_loss_sums {
    /// The summed weight of the known voxels.
    func known(pseudo weight: Float) -> Double { Double(known) + Double(weight) * Double(pseudo) }

    /// The summed weight of the positive ones.
    func positives(pseudo weight: Float) -> Double { Double(positive) + Double(weight) * Double(pseudo_positive) }
}
