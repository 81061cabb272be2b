public import Domain

/// The voxel grid of a phantom: axis-aligned RAS+, with the middle of the body at world (0, 0, 0).
public struct PhantomGrid: Hashable, Sendable {
    public let shape: GridShape
    /// Millimetres along x, y, z.
    public let spacing: Vector3<Double>

    public init(shape: GridShape, spacing: Vector3<Double>) { (self.shape, self.spacing) = (shape, spacing) }

    /// World position in millimetres of the first voxel's centre.
    var origin: Vector3<Double> {
        -0.5 * spacing * Vector3(Double(shape.x - 1), Double(shape.y - 1), Double(shape.z - 1))
    }

    public var affine: Affine { .scaling(spacing, origin: origin) }

    /// The voxels whose centres are in a box in world millimetres.
    func box(_ lower: Vector3<Double>, _ upper: Vector3<Double>) -> VoxelBox {
        let first = ((lower - origin) / spacing).rounded(.up)
        let last = ((upper - origin) / spacing).rounded(.down)
        return VoxelBox(
            lower: Vector3(Int(first.x), Int(first.y), Int(first.z)),
            upper: Vector3(Int(last.x) + 1, Int(last.y) + 1, Int(last.z) + 1)
        ).intersection(VoxelBox(shape))
    }
}
