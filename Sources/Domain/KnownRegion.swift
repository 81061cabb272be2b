/// The voxels of a volume of which a label of one organ says whether they are the organ.
public struct KnownRegion: Hashable, Sendable {
    public let shape: GridShape
    /// nil: all of them.
    public let voxels: BitVolume?

    /// All voxels.
    public init(everywhere shape: GridShape) { (self.shape, voxels) = (shape, nil) }

    /// - Precondition: `voxels` has the shape.
    public init(_ voxels: BitVolume) {
        shape = voxels.shape
        self.voxels = voxels.population == shape.count ? nil : voxels
    }

    /// The voxels of a box (nil: all) of which `known` is set (nil: all).
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
    /// Known voxels of all voxels, 0 to 1.
    public var share: Double { shape.count == 0 ? 1 : Double(count) / Double(shape.count) }

    /// The voxels of `mask` of which something is known.
    public func restrict(_ mask: BitVolume) -> BitVolume {
        guard let voxels else { return mask }
        var mask = mask
        mask.formIntersection(voxels)
        return mask
    }

    /// The voxels that both know.
    public func intersection(_ other: KnownRegion) -> KnownRegion {
        guard let voxels else { return other }
        return other.voxels == nil ? self : KnownRegion(other.restrict(voxels))
    }

    /// These voxels and those of `more`.
    public func union(_ more: BitVolume) -> KnownRegion {
        guard var voxels else { return self }
        voxels.formUnion(more)
        return KnownRegion(voxels)
    }

    /// These voxels without those of `less`.
    public func subtracting(_ less: BitVolume) -> KnownRegion {
        var voxels = voxels ?? BitVolume(shape, repeating: true)
        voxels.subtract(less)
        return KnownRegion(voxels)
    }
}
