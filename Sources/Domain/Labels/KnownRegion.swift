/// The validity mask of one organ's label: the voxels of a volume at which the label is known.
public struct KnownRegion: Hashable, Sendable {
    public let shape: GridShape
    /// nil: all voxels.
    public let voxels: BitVolume?

    /// All voxels.
    public init(everywhere shape: GridShape) { (self.shape, voxels) = (shape, nil) }

    public init(_ voxels: BitVolume) {
        shape = voxels.shape
        self.voxels = voxels.population == shape.count ? nil : voxels
    }

    /// The voxels within the extent (nil: all) at which the validity mask `known` is set (nil: all).
    /// - Precondition: `known` has the shape.
    public init(_ shape: GridShape, extent: VoxelBox?, known: BitVolume? = nil) {
        guard extent != nil || known != nil else {
            self.init(everywhere: shape)
            return
        }
        var voxels = extent.map { BitVolume(shape, filling: $0) } ?? BitVolume(shape, repeating: true)
        if let known { voxels.formIntersection(known) }
        self.init(voxels)
    }

    public var isEverywhere: Bool { voxels == nil }
    /// Number of known voxels.
    public var count: Int { voxels?.population ?? shape.count }
    /// Share of known voxels, 0 to 1.
    public var share: Double { shape.count == 0 ? 1 : Double(count) / Double(shape.count) }

    /// The known voxels of `mask`.
    public func restrict(_ mask: BitVolume) -> BitVolume {
        guard let voxels else { return mask }
        var mask = mask
        mask.formIntersection(voxels)
        return mask
    }

    /// The voxels that are known in both.
    public func intersection(_ other: KnownRegion) -> KnownRegion {
        guard let voxels else { return other }
        return other.voxels == nil ? self : KnownRegion(other.restrict(voxels))
    }

    /// With the voxels of `more` added.
    public func union(_ more: BitVolume) -> KnownRegion {
        guard var voxels else { return self }
        voxels.formUnion(more)
        return KnownRegion(voxels)
    }

    /// With the voxels of `less` removed.
    public func subtracting(_ less: BitVolume) -> KnownRegion {
        var voxels = voxels ?? BitVolume(shape, repeating: true)
        voxels.subtract(less)
        return KnownRegion(voxels)
    }
}
