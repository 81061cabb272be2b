public import Domain
import Postgres

/// The start of a lineage.
public enum LineageRoot: Sendable, Hashable {
    case mask(MaskID)
    case checkpoint(CheckpointID)
    case volume(VolumeID)
}

/// Something in a lineage: a mask, a checkpoint, a volume, a file, or the activity that made one.
public struct LineageNode: Sendable, Hashable {
    /// `mask`, `checkpoint`, `volume`, `image file`, `label file`, `activity` or `export`.
    public let kind: String
    public let id: Int64
    /// How it was reached: `trained on`, `predicted by`, `read from`, `made by`, …; nil for the root.
    public let via: String?
    /// The fewest steps from the root.
    public let depth: Int
    /// For people: organ, round, dataset, file.
    public let label: String
    /// `DATASET/CASE` of a volume and of a mask's volume; nil for anything else.
    public let caseName: String?
}

extension LabelCatalog {
    /// Everything that the root was derived from, or with `forward` everything derived from it; nearest first.
    public func lineage(of root: LineageRoot, forward: Bool) async throws -> [LineageNode] {
        switch root {
        case .mask(let id): try await lineage("mask", id.rawValue, forward)
        case .checkpoint(let id): try await lineage("checkpoint", id.rawValue, forward)
        case .volume(let id): try await lineage("volume", id.rawValue, forward)
        }
    }

    /// - Throws: `CatalogError.unknownCheckpoint`.
    public func require(_ checkpoint: CheckpointID) async throws {
        guard try await connection.one(CheckpointExists(checkpoint: checkpoint)) else {
            throw CatalogError.unknownCheckpoint(checkpoint)
        }
    }

    private func lineage(_ kind: String, _ id: Int64, _ forward: Bool) async throws -> [LineageNode] {
        forward
            ? try await connection.run(LineageForward(kind: kind, id: id))
            : try await connection.run(LineageBackward(kind: kind, id: id))
    }
}
