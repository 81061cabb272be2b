internal import Catalog
package import Domain

/// The outcome of partitioning one volume's composite label by side.
package struct PartitionedVolume: Sendable {
    package enum Outcome: Sendable {
        /// The sides were recorded; in a dry run, they would be.
        case partitioned
        /// The sides of this mask are recorded already.
        case unchanged
        case skipped(Skip)
        /// The label stays composite, or the recorded sides stay as they are.
        case refused(Refusal)
    }

    /// Why there is nothing to partition.
    package enum Skip: Sendable {
        /// The whole organ is absent.
        case absent
        /// A release shipped the label as a model's; only annotations are partitioned.
        case pseudo
        /// Another source labels both sides.
        case sidesLabelled
    }

    /// Why a label cannot be partitioned.
    package enum Refusal: Sendable {
        /// The sides are recorded, but the composite label is no longer current.
        case labelNotCurrent
        /// Another source labels this side.
        case sideLabelled(OrganKey)
        /// The liver is left of the spleen.
        case mirrored
        /// The shape of the mask does not show two sides, for this reason.
        case shape(String)
        /// The label changed while it was being read.
        case changedMeanwhile
    }

    /// The sides of a mask.
    package struct Sides: Sendable {
        package let leftVoxels: Int
        package let rightVoxels: Int
        /// Number of small parts that were added to a side.
        package let remnants: Int
    }

    package let volume: VolumeID
    /// `DATASET/CASE` of the source of the composite label.
    package let caseName: String
    package let millilitresPerVoxel: Double
    /// Whether sides of an earlier mask of the label are recorded.
    package let hasEarlierSides: Bool
    package internal(set) var outcome = Outcome.partitioned
    /// Nil where the mask was not partitioned.
    package internal(set) var sides: Sides?
    /// The activity that recorded the sides; nil where nothing was recorded.
    package internal(set) var activity: ActivityID?

    init(_ candidate: PartitionCandidate) {
        (volume, caseName) = (candidate.volume, candidate.caseName)
        millilitresPerVoxel = abs(candidate.affine.determinant) / 1000
        hasEarlierSides = candidate.outdatedSides > 0
    }

    package var isPartitioned: Bool { if case .partitioned = outcome { true } else { false } }
    package var isRefused: Bool { if case .refused = outcome { true } else { false } }
}
