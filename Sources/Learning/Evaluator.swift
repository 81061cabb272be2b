internal import Domain

/// Voxel counts for Dice where the truth is known.
public struct OverlapCounts: Hashable, Sendable {
    public var predicted, truth, both: Int

    /// 2 |P ∩ T| / (|P| + |T|); nil where both are empty.
    public var dice: Double? {
        predicted + truth > 0 ? 2 * Double(both) / Double(predicted + truth) : nil
    }
}

/// Evaluates predictions of held-out cases against complete labels, within their extents and validity masks.
public enum Evaluator {
    /// One per organ of the plan, in its order; nil where the case has no complete label.
    public static func overlaps(_ item: TrainingCase, _ prediction: Prediction) -> [OverlapCounts?] {
        item.labels.indices.map { organ in
            guard case .known(let foreground, let extent, let known) = item.labels[organ] else { return nil }
            var predicted = prediction.foreground(organ: organ)
            var truth = foreground ?? BitVolume(item.shape)
            if let extent {
                let region = BitVolume(item.shape, filling: extent)
                predicted.formIntersection(region)
                truth.formIntersection(region)
            }
            if let known {
                predicted.formIntersection(known)
                truth.formIntersection(known)
            }
            var both = predicted
            both.formIntersection(truth)
            return OverlapCounts(
                predicted: predicted.population, truth: truth.population, both: both.population)
        }
    }

    /// Mean Dice per organ of the plan over the cases that have one; nil for an organ without.
    /// - Parameter overlaps: one list per case, as `overlaps` returns it.
    public static func meanDice(_ overlaps: [[OverlapCounts?]], organs: Int) -> [Double?] {
        (0..<organs).map { organ in
            let values = overlaps.compactMap { $0[organ]?.dice }
            return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
    }
}
