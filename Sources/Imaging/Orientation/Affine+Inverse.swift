internal import Domain

extension Affine {
    /// Voxel displacement that a world displacement in millimetres amounts to on this grid.
    /// - Precondition: the affine is invertible.
    func voxelDisplacement(_ world: Vector3<Double>) -> Vector3<Double> {
        let (a, b, c) = (columns[0], columns[1], columns[2])
        let rows = [Self.cross(b, c), Self.cross(c, a), Self.cross(a, b)]
        return Vector3(rows.map { ($0 * world).sum() / determinant })
    }

    /// Whether every entry is finite and no direction collapses: |determinant| above 1e-6 of the spacings' product.
    var isInvertible: Bool {
        let entries = (columns + [translation]).flatMap { [$0.x, $0.y, $0.z] }
        let scale = spacing.x * spacing.y * spacing.z
        return entries.allSatisfy(\.isFinite) && scale > 0 && abs(determinant) > 1e-6 * scale
    }

    /// Largest |cosine| between two axes of the grid; 0 for a rectangular one.
    var largestAxisCosine: Double {
        let unit = zip(columns, [spacing.x, spacing.y, spacing.z]).map { $0 / $1 }
        return max(
            abs((unit[0] * unit[1]).sum()), abs((unit[0] * unit[2]).sum()), abs((unit[1] * unit[2]).sum()))
    }

    /// Largest distance in voxels of this grid between the eight corner voxels of two grids of one shape.
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
