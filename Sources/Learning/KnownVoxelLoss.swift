public import Plans
public import Tensors

/// The loss of a step and its composition.
public struct LossValue {
    /// Scalar, differentiable.
    public let total: Tensor
    /// Cross-entropy of each organ, then of each composite label, before normalisation.
    fileprivate let terms: Tensor
    fileprivate let factors: [Double]

    /// The share of each organ, then of each composite label, in the cross-entropy; sums to 1, or all 0 where the loss is 0.
    /// - Throws: `TensorError`.
    public func shares() throws -> [Double] {
        let weighted = zip(try terms.floats(), factors).map { Double($0) * $1 }
        let sum = weighted.reduce(0, +)
        return weighted.map { sum > 0 ? $0 / sum : 0 }
    }
}

/// Cross-entropy over known voxels only, L = Σ w · BCE(σ(s), y) / Σ w, one sigmoid per organ (INERRANT), with
/// −log(1 − Π(1 − p)) for voxels of a composite label, and optionally a soft Dice term over known voxels.
///
/// A voxel with w = 0 contributes exactly zero gradient.
public struct KnownVoxelLoss {
    private let normalisation: LossNormalisation
    private let diceWeight: Double
    private let positiveWeight: Tensor?

    /// - Parameters:
    ///   - positiveWeights: the weight of a positive voxel per organ; it does not enter the normalisation.
    ///   - dimensions: spatial axes of the logits, 2 or 3.
    public init(
        normalisation: LossNormalisation = .total, diceWeight: Double = 0, positiveWeights: [Double]? = nil,
        dimensions: Int
    ) throws {
        self.normalisation = normalisation
        self.diceWeight = diceWeight
        positiveWeight = try positiveWeights.map { weights in
            try Tensor(weights.map(Float.init), shape: [1, weights.count] + Array(repeating: 1, count: dimensions))
        }
    }

    /// - Parameter logits: [N, organs, (Z,) Y, X], of any float type; the loss is computed in float32.
    public func callAsFunction(_ logits: Tensor, _ batch: Batch) throws -> LossValue {
        let logits = try logits.float32()
        let axes = [0] + Array(2..<logits.shape.count)
        var terms = try logits.binaryCrossEntropy(
            target: batch.target, weight: batch.known, positiveWeight: positiveWeight
        ).sum(over: axes)
        if let composite = batch.composite, batch.compositeCounts.contains(where: { $0 > 0 }) {
            let composites = try compositeTerms(logits, batch, composite, axes)
            terms = try Tensor.concatenated([terms] + composites, axis: 0)
        }
        let factors = factors(batch, terms.count, positions: logits.count)
        var total = try (terms * Tensor(factors.map(Float.init), shape: [factors.count])).sum()
        if diceWeight > 0, let dice = try diceTerm(logits, batch, axes) {
            total = try total + dice.scaled(by: diceWeight)
        }
        return LossValue(total: total, terms: terms, factors: factors)
    }

    /// Σ −log(1 − Π(1 − p)) per composite label, the product over the parts that are not known to be absent at the voxel.
    /// With L = Σ log(1 − p) it is −log(−expm1(L)); L is kept at most −10⁻³⁰, because float32 would round it to 0.
    private func compositeTerms(_ logits: Tensor, _ batch: Batch, _ composite: Tensor, _ axes: [Int]) throws -> [Tensor]
    {
        let isKnown = try batch.known.scaled(by: 1e30).clamped(atMost: 1)  // whatever the weight
        let open = try isKnown.scaled(by: -1, plus: 1)
        let none = try logits.scaled(by: -1).logSigmoid() * open
        return try batch.compositeSets.indices.map { set in
            let parts = try Tensor(positions: batch.compositeSets[set])
            let allAbsent = try none.selecting(parts, axis: 1).sum(over: [1]).clamped(atMost: -1e-30)
            let missed = try allAbsent.expMinusOne().scaled(by: -1).log().scaled(by: -1)
            let mask = try composite.slice(set..<(set + 1), axis: 1).reshaped(missed.shape)
            return try (missed * mask).sum().reshaped([1])
        }
    }

    private func factors(_ batch: Batch, _ count: Int, positions: Int) -> [Double] {
        let weights = Array((batch.knownWeights + batch.compositeCounts.map(Double.init)).prefix(count))
        switch normalisation {
        case .total:
            let known = max(1, weights.reduce(0, +))
            return weights.map { _ in 1 / known }
        case .perOrgan:
            let informed = Double(max(1, weights.count { $0 > 0 }))
            return weights.map { $0 > 0 ? 1 / ($0 * informed) : 0 }
        case .constant:
            return weights.map { _ in 1 / Double(positions) }
        }
    }

    /// Mean of 1 − Dice over the organs with a known positive in the batch, Dice of the whole batch, smoothed by 1.
    private func diceTerm(_ logits: Tensor, _ batch: Batch, _ axes: [Int]) throws -> Tensor? {
        let present = batch.positiveWeights.map { $0 > 0 ? 1.0 : 0 }
        let organs = present.reduce(0, +)
        guard organs > 0 else { return nil }
        let probability = try logits.sigmoid() * batch.known
        let overlap = try (probability * batch.target).sum(over: axes)
        let positives = try Tensor(batch.positiveWeights.map { Float($0) + 1 }, shape: [present.count])
        let dice = try overlap.scaled(by: 2, plus: 1) / (try probability.sum(over: axes) + positives)
        let selected = try Tensor(present.map { Float($0 / organs) }, shape: [present.count])
        return try (dice * selected).sum().scaled(by: -1, plus: 1)
    }
}
