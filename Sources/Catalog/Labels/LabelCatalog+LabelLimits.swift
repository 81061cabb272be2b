public import Domain
import Postgres

/// Where a label is valid, besides the validity mask.
public struct LabelLimits: Sendable, Hashable {
    /// The canonical box within which it is complete; nil: everywhere.
    public let extent: VoxelBox?
    /// Whether a round predicted it. The validity mask of a prediction contains the accepted voxels, not those that a person checked.
    public let isPrediction: Bool

    public init(extent: VoxelBox? = nil, isPrediction: Bool = false) {
        (self.extent, self.isPrediction) = (extent, isPrediction)
    }
}

/// The current label of one organ in one volume.
public struct CurrentLabel: Sendable, Hashable {
    /// Nil for an absence.
    public let mask: MaskLocation?
    public let status: LabelStatus
    public let origin: LabelOrigin
    public let limits: LabelLimits
}

extension LabelCatalog {
    /// The source of a mask: `DATASET RELEASE`, a person's name, or `RUN/ROUND`, as `LabelVersion.source`.
    public func nameOfSource(of mask: MaskID) async throws -> String {
        try await connection.one(SourceOfMask(mask: mask))
    }

    /// Where the label of a mask is valid.
    public func limits(of mask: MaskID) async throws -> LabelLimits {
        try await connection.one(LimitsOfMask(mask: mask))
    }
}
