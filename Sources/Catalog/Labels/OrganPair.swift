public import Domain
import Postgres

/// Two organs that exclude each other, or of which the first is inside the second.
public struct OrganPairRelation: Sendable, Hashable {
    public let first: OrganKey
    public let second: OrganKey
    public let isInside: Bool

    public init(first: OrganKey, second: OrganKey, isInside: Bool) {
        (self.first, self.second, self.isInside) = (first, second, isInside)
    }
}

/// The current masks of two such organs in a volume, by different sources.
public struct OrganPair: Sendable, Hashable {
    public struct Side: Sendable, Hashable {
        public let organ: OrganKey
        public let annotation: Int64
        /// `DATASET RELEASE`, or the name of a person or consensus.
        public let source: String
        /// At least 1.
        public let voxels: Int
        public let mask: MaskLocation
        public let limits: LabelLimits
    }

    public let volume: VolumeID
    /// `DATASET/CASE` of a source of the volume, if possible of the requested dataset.
    public let caseName: String?
    public let shape: GridShape
    public let isInside: Bool
    public let first: Side
    public let second: Side
    /// Common voxels; of an organ that is inside the other also its voxels where the other is not known. Nil where the masks have to
    /// be compared.
    public let shared: Int?
}

/// A number of common voxels, to be recorded.
public struct OrganOverlap: Sendable, Hashable {
    public let first: Int64
    public let second: Int64
    public let shared: Int

    public init(_ pair: OrganPair, shared: Int) {
        (first, second, self.shared) = (pair.first.annotation, pair.second.annotation, shared)
    }
}

/// An organ with voxels whose divisions are all absent.
public struct WholeWithoutDivisions: Sendable, Hashable {
    public let volume: VolumeID
    /// `DATASET/CASE` of a source of the volume, if possible of the requested dataset.
    public let caseName: String?
    public let whole: OrganKey
    public let wholeSource: String
    public let mask: MaskID
    /// Separated by commas.
    public let divisionSources: String
    public let divisions: [OrganKey]
}

extension LabelCatalog {
    /// Current masks of the given pairs of organs, by different sources, whose voxels could contradict each other.
    public func organPairs(
        _ relations: [OrganPairRelation], volume: VolumeID?, organ: OrganKey?, dataset: String?
    ) async throws -> [OrganPair] {
        try await connection.run(
            ListOrganPairs(relations: relations, volume: volume, organ: organ, dataset: dataset))
    }

    /// Records comparisons of masks, so that each pair is compared once.
    public func record(_ overlaps: [OrganOverlap]) async throws {
        try await connection.run(InsertOrganOverlaps(overlaps: overlaps))
    }

    /// Organs with voxels whose divisions are all absent.
    /// - Parameter pairs: each division, and its whole.
    public func wholesWithoutDivisions(
        _ pairs: [(part: OrganKey, whole: OrganKey)], volume: VolumeID?, organ: OrganKey?, dataset: String?
    ) async throws -> [WholeWithoutDivisions] {
        try await connection.run(
            ListWholesWithoutDivisions(pairs: pairs, volume: volume, organ: organ, dataset: dataset))
    }
}
