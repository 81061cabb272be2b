public import Domain
import Postgres

/// The centre of a mask's foreground.
public struct MaskCentre: Sendable, Hashable {
    public let mask: MaskID
    /// The mean position in canonical voxels.
    public let centre: Vector3<Double>

    public init(mask: MaskID, centre: Vector3<Double>) { (self.mask, self.centre) = (mask, centre) }
}

/// The current masks of a pair of organs in one volume, of which the first belongs to the patient's right of the second.
public struct SidedMasks: Sendable, Hashable {
    public let volume: VolumeID
    /// `DATASET/CASE` of its newest source.
    public let name: String
    public let subject: String
    public let pair: SidedPair
    /// World x of the centres in millimetres, growing to the patient's right.
    public let rightX: Double
    public let leftX: Double
    public let rightMask: MaskID
    public let leftMask: MaskID

    public var areReversed: Bool { rightX < leftX }
}

extension LabelCatalog {
    /// All pairs with two current masks and their centres in one volume that is not withheld.
    public func sidedMasks() async throws -> [SidedMasks] {
        try await connection.run(CentresOfSidedMasks(pairs: SidedPair.all))
    }

    /// Current masks of sided organs whose centre is not recorded, in the order of objects.
    public func sidedMasksWithoutCentre() async throws -> [(location: MaskLocation, shape: GridShape)] {
        let rows = try await connection.run(
            SidedMasksWithoutCentre(organs: SidedPair.organs.sorted { $0.rawValue < $1.rawValue }))
        return rows.map { ($0.location, $0.shape) }
    }

    /// Records the centres of masks that have none yet.
    public func record(_ centres: [MaskCentre]) async throws {
        try await connection.run(InsertMaskCentres(centres: centres))
    }
}
