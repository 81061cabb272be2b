public import Domain

extension Affine {
    /// The displacement in voxels of this grid that corresponds to a world displacement in millimetres.
    /// - Precondition: the affine is invertible.
    func voxelDisplacement(_ world: Vector3<Double>) -> Vector3<Double> {
        let (a, b, c) = (columns[0], columns[1], columns[2])
        let rows = [Self.cross(b, c), Self.cross(c, a), Self.cross(a, b)]
        return Vector3(rows.map { ($0 * world).sum() / determinant })
    }

    /// Whether every entry is finite and |determinant| exceeds 1e-6 of the product of the spacings.
    var isInvertible: Bool {
        let entries = (columns + [translation]).flatMap { [$0.x, $0.y, $0.z] }
        let scale = spacing.x * spacing.y * spacing.z
        return entries.allSatisfy(\.isFinite) && scale > 0 && abs(determinant) > 1e-6 * scale
    }

    /// Largest |cosine| between two axes of the grid; 0 for a rectangular one.
    public var largestAxisCosine: Double {
        let unit = columns.map { $0 / ($0 * $0).sum().squareRoot() }
        return max(
            abs((unit[0] * unit[1]).sum()), abs((unit[0] * unit[2]).sum()), abs((unit[1] * unit[2]).sum()))
    }

    /// The largest distance between corresponding corner voxels of two grids of one shape, in voxels of this grid.
    func largestCornerDisplacementInVoxels(to other: Affine, shape: GridShape) -> Double {
        var largest = 0.0
        for corner in 0..<8 {
            let voxel = Vector3(
                corner & 1 == 0 ? 0 : Double(shape.x - 1), corner & 2 == 0 ? 0 : Double(shape.y - 1),
                corner & 4 == 0 ? 0 : Double(shape.z - 1))
            let step = voxelDisplacement(world(voxel) - other.world(voxel))
            largest = max(largest, (step * step).sum().squareRoot())
        }
        return largest
    }

    private static func cross(_ a: Vector3<Double>, _ b: Vector3<Double>) -> Vector3<Double> {
        Vector3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }
}
