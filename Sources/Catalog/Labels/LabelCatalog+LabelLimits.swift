public import Domain
import Postgres

/// How far a label may be believed, besides the known plane of its mask.
public struct LabelLimits: Sendable, Hashable {
    /// The canonical box within which it is complete; nil: everywhere.
    public let extent: VoxelBox?
    /// Whether a round made it. The known plane of such a mask says how sure the network was, not where somebody looked.
    public let isPrediction: Bool

    public init(extent: VoxelBox? = nil, isPrediction: Bool = false) {
        (self.extent, self.isPrediction) = (extent, isPrediction)
    }
}

/// The label that counts of one organ in one volume.
public struct CountingLabel: Sendable, Hashable {
    /// Nil for an absence.
    public let mask: MaskLocation?
    public let status: LabelStatus
    public let origin: LabelOrigin
    public let limits: LabelLimits
}

extension LabelCatalog {
    /// What counts of (volume, organ); nil where nobody looked.
    /// - Throws: `CatalogError.unknownOrgan`, `.withheldVolume`.
    public func countingLabel(volume: VolumeID, organ: OrganKey) async throws -> CountingLabel? {
        try await require(organ)
        try await requireUse(of: volume)
        return try await connection.first(FindCountingLabel(volume: volume, organ: organ))
    }

    /// Who says a mask: `DATASET RELEASE`, a person's name, or `RUN/ROUND`, as `LabelVersion.source` does.
    public func nameOfSource(of mask: MaskID) async throws -> String {
        try await connection.one(SourceOfMask(mask: mask))
    }

    /// How far the label of a mask may be believed.
    public func limits(of mask: MaskID) async throws -> LabelLimits {
        try await connection.one(LimitsOfMask(mask: mask))
    }
}
