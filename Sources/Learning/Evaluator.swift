public import Domain

/// Voxel counts for Dice where the truth is known.
public struct OverlapCounts: Hashable, Sendable, Codable {
    public var predicted, truth, both: Int

    /// 2 |P ∩ T| / (|P| + |T|); nil where both are empty: an organ that is neither there nor predicted counts in no mean, one that
    /// is predicted where it is absent counts as 0.
    public var dice: Double? {
        predicted + truth > 0 ? 2 * Double(both) / Double(predicted + truth) : nil
    }
}

/// A predicted mask and the true one, without the voxels of which the truth is unknown.
public struct ComparedMasks: Sendable {
    public let predicted, truth: BitVolume
}

extension OverlapCounts {
    public init(_ masks: ComparedMasks) {
        predicted = masks.predicted.population
        truth = masks.truth.population
        both = masks.predicted.within(masks.truth).population
    }
}

/// Evaluates predictions of held-out volumes against complete labels, within their extents and validity masks.
public enum Evaluator {
    /// One per label; nil where it is not complete.
    ///
    /// - Parameters:
    ///   - labels: on `shape`.
    ///   - predicted: the predicted mask of an organ, by its index among the labels, on `shape`.
    public static func overlaps(
        _ labels: [OrganLabel], shape: GridShape, predicted: (Int) -> BitVolume
    ) -> [OverlapCounts?] {
        labels.indices.map { masks(labels[$0], shape: shape, organ: $0, predicted: predicted).map(OverlapCounts.init) }
    }

    /// A predicted mask and the truth where a label is complete; nil where that is nowhere.
    ///
    /// - Parameters:
    ///   - label: of the organ, on `shape`.
    ///   - predicted: as in `overlaps`.
    public static func masks(
        _ label: OrganLabel, shape: GridShape, organ: Int, predicted: (Int) -> BitVolume
    ) -> ComparedMasks? {
        guard case .known(let foreground, let extent, let known) = label else { return nil }
        let region = Self.region(extent, known, shape)
        return ComparedMasks(
            predicted: predicted(organ).within(region), truth: (foreground ?? BitVolume(shape)).within(region))
    }

    /// Where a label is complete; nil: everywhere.
    static func region(_ extent: VoxelBox?, _ known: BitVolume?, _ shape: GridShape) -> BitVolume? {
        guard let extent else { return known }
        return BitVolume(shape, filling: extent).within(known)
    }

    /// Mean Dice of an organ over the volumes that have one; nil where none has.
    public static func meanDice(_ overlaps: [OverlapCounts]) -> Double? {
        let values = overlaps.compactMap(\.dice)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}

extension BitVolume {
    /// The voxels that are in `region` too; nil: everywhere.
    fileprivate func within(_ region: BitVolume?) -> BitVolume {
        guard let region else { return self }
        var copy = self
        copy.formIntersection(region)
        return copy
    }
}
