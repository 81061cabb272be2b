internal import CKernels
internal import Tensors

/// What the loss of a batch is made of: sums per organ over its voxels, each voxel with its weight.
struct LossSums {
    /// The cross-entropy, Σ w p over positives, and Σ w p.
    var entropy, overlap, predicted: [Double]
    /// The weight of the known voxels, and of the positive ones among them.
    var known, positives: [Double]
    /// The loss of each composite label, and the number of its voxels.
    var missed, missedVoxels: [Double]

    init(_ sums: [ck_loss_sums], _ composites: [CompositeLoss.Sum], pseudo weight: Float) {
        (entropy, overlap, predicted) = (sums.map(\.cross_entropy), sums.map(\.overlap), sums.map(\.predicted))
        known = sums.map { Double($0.known) + Double(weight) * Double($0.pseudo) }
        positives = sums.map { Double($0.positive) + Double(weight) * Double($0.pseudo_positive) }
        (missed, missedVoxels) = (composites.map(\.loss), composites.map { Double($0.count) })
    }

    /// Makes them those of all processes of a group.
    mutating func add(of group: ProcessGroup?) throws(TensorError) {
        guard let group else { return }
        let fields: [WritableKeyPath<LossSums, [Double]>] = [
            \.entropy, \.overlap, \.predicted, \.known, \.positives, \.missed, \.missedVoxels,
        ]
        var all = try group.sum(fields.flatMap { self[keyPath: $0] })[...]
        for field in fields {
            let count = self[keyPath: field].count
            self[keyPath: field] = Array(all.prefix(count))
            all = all.dropFirst(count)
        }
    }

    /// Of each organ, then of each composite label.
    var terms: [Double] { entropy + missed }
    var knownOfEach: [Double] { known + missedVoxels }
}

/// Mean of 1 − Dice over the organs with a known positive in the batch, Dice of the whole batch, smoothed by 1.
struct DiceTerm {
    let value: Double
    /// The derivative of the value by Σ w p y and by Σ w p, per organ.
    let byOverlap, byPredicted: [Double]

    init(_ sums: LossSums, weight: Double) {
        let organs = sums.positives.count { $0 > 0 }
        guard weight > 0, organs > 0 else {
            value = 0
            (byOverlap, byPredicted) = (sums.positives.map { _ in 0 }, sums.positives.map { _ in 0 })
            return
        }
        let share = weight / Double(organs)
        var (total, overlap, predicted) = (weight, [Double](), [Double]())
        for (organ, positive) in sums.positives.enumerated() {
            let divisor = sums.predicted[organ] + positive + 1
            let counts = positive > 0 ? share : 0
            let numerator = 2 * sums.overlap[organ] + 1
            total -= counts * numerator / divisor
            overlap.append(-counts * 2 / divisor)
            predicted.append(counts * numerator / (divisor * divisor))
        }
        (value, byOverlap, byPredicted) = (total, overlap, predicted)
    }
}
