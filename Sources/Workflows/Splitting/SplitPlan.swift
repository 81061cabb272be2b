package import Domain

/// How subjects are assigned to the parts of a split.
package struct SplitPlan: Sendable {
    /// The share of the training subjects to draw for another part.
    package struct Holdout: Hashable, Sendable {
        /// Any part except train.
        package let part: SplitPart
        /// Above 0 and below 1.
        package let share: Double

        package init(part: SplitPart, share: Double) { (self.part, self.share) = (part, share) }
    }

    /// The datasets whose subjects are in each part.
    package var datasets: [SplitPart: [String]]
    /// Shares that sum to less than 1.
    package var holdouts: [Holdout]
    /// The datasets to draw from; empty: all training subjects.
    package var holdoutDatasets: [String]
    package var seed: Int
    /// Whether subjects are drawn at random. All subjects train then, unless datasets for training are named.
    package var drawsFromAll: Bool

    package init(
        datasets: [SplitPart: [String]], holdouts: [Holdout], holdoutDatasets: [String], seed: Int, drawsFromAll: Bool
    ) {
        (self.datasets, self.holdouts, self.holdoutDatasets) = (datasets, holdouts, holdoutDatasets)
        (self.seed, self.drawsFromAll) = (seed, drawsFromAll)
    }

    /// The method that the catalogue records for the split.
    var method: String { !drawsFromAll ? "datasets" : datasets.values.allSatisfy(\.isEmpty) ? "random" : "mixed" }
}
