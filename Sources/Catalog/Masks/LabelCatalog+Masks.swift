public import Domain
import Postgres

/// A known label state with its mask, where it has one.
public struct LabelRow: Sendable, Hashable {
    public let mask: MaskID?
    public let volume: VolumeID
    /// `DATASET/CASE` of the volume in the dataset asked for, else of its first source.
    public let caseName: String?
    public let organ: OrganKey
    public let status: LabelStatus
    public let origin: LabelOrigin
    public let voxels: Int?
    /// Nil where the volume's sources disagree on spacing, and without a mask.
    public let millilitres: Double?
    /// `run/number` of the round that made it.
    public let round: String?
    public let confidence: Double?
    public let quality: MaskQuality?
    /// Why the mask is withheld and no label; nil for labels.
    public let withheld: String?
    public let revision: Revision
    public let activity: ActivityID
    /// Who labelled it: `DATASET RELEASE, ANNOTATOR`, a person's name, or `RUN/ROUND`.
    public let source: String
    /// The same in short: the dataset, the person or annotator, or `RUN/ROUND`.
    public let author: String
    /// Whether the mask's bytes were destroyed, as may be at an earlier revision.
    public let isPurged: Bool
}

/// The location of a mask's bytes, and their checksum.
public struct MaskLocation: Sendable, Hashable {
    public let mask: MaskID
    public let content: Digest
    public let object: Digest
    public let offset: Int
    public let length: Int

    package init(mask: MaskID, content: Digest, object: Digest, offset: Int, length: Int) {
        (self.mask, self.content, self.object) = (mask, content, object)
        (self.offset, self.length) = (offset, length)
    }
}

/// An object that rows refer to.
public struct ObjectRow: Sendable, Hashable {
    public let digest: Digest
    public let bytes: Int
    public let isPurged: Bool
}

/// One version of a mask.
public struct MaskVersion: Sendable, Hashable {
    public let mask: MaskLocation
    public let parent: MaskID?
    public let origin: LabelOrigin
    public let round: String?
    public let confidence: Double?
    public let quality: MaskQuality?
    /// Why its round withheld it; nil for a label.
    public let withheld: String?
    public let voxels: Int
    public let activity: ActivityID
    public let isCurrent: Bool
}

extension LabelCatalog {
    /// Every known label state as of a revision (nil: now), by volume and organ.
    ///
    /// - Parameter dataset: the dataset under whose name a volume is listed, where it has one.
    public func labels(
        volume: VolumeID? = nil, organ: OrganKey? = nil, asOf revision: Revision? = nil, namedIn dataset: String? = nil
    ) async throws -> [LabelRow] {
        if let organ { try await require(organ) }
        return try await connection.run(
            ListLabels(revision: revision, volume: volume, organ: organ, dataset: dataset))
    }

    /// All proposed annotations, which are never current, such as those of single annotators; by volume and organ.
    public func proposedLabels(
        volume: VolumeID? = nil, organ: OrganKey? = nil, namedIn dataset: String? = nil
    ) async throws -> [LabelRow] {
        if let organ { try await require(organ) }
        return try await connection.run(ListProposedAnnotations(volume: volume, organ: organ, dataset: dataset))
    }

    /// The masks that the newest published round of the current run withheld, of volumes in use where the organ is not annotated, by
    /// volume and organ.
    public func withheldMasks(
        volume: VolumeID? = nil, organ: OrganKey? = nil, namedIn dataset: String? = nil
    ) async throws -> [LabelRow] {
        if let organ { try await require(organ) }
        return try await connection.run(ListWithheldMasks(volume: volume, organ: organ, dataset: dataset))
    }

    /// The current mask of (volume, organ), or that of a round of a run.
    ///
    /// - Throws: `CatalogError.noMask` where the organ is absent or unlabelled there, `.withheldVolume` where the volume
    ///   is removed or excluded.
    public func maskLocation(volume: VolumeID, organ: OrganKey) async throws -> MaskLocation {
        try await require(organ)
        try await requireUse(of: volume)
        guard let mask = try await connection.first(LocateMask(volume: volume, organ: organ)) else {
            throw CatalogError.noMask(volume: volume, organ: organ)
        }
        return mask
    }

    /// All masks of (volume, organ) with their origins, oldest first, with superseded and hidden ones.
    public func maskHistory(volume: VolumeID, organ: OrganKey) async throws -> [MaskVersion] {
        try await require(organ)
        return try await connection.run(HistoryOfMasks(volume: volume, organ: organ))
    }

    public func objects() async throws -> [ObjectRow] { try await connection.run(ListObjects()) }

    /// All masks in the object, in the order of offsets.
    public func masks(in object: Digest) async throws -> [MaskLocation] {
        try await connection.run(MasksInObject(object: object))
    }
}
