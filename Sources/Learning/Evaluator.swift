internal import Domain

/// Voxel counts for Dice where the truth is known.
public struct OverlapCounts: Hashable, Sendable, Codable {
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

    /// Mean Dice of an organ over the volumes that have one; nil where none has.
    public static func meanDice(_ overlaps: [OverlapCounts]) -> Double? {
        let values = overlaps.compactMap(\.dice)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
