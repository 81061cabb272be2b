/// Voxel indices to world millimetres: world = linear · (i, j, k) + translation, in RAS+ (x grows to the patient's
/// right, y to the front, z to the head), as NIfTI-1's `sform` (section "METHOD 3").
public struct Affine: Hashable, Sendable {
    /// Columns: the world displacement in millimetres of one step along voxel axis i, j, k.
    public var columns: [Vector3<Double>]
    /// World position in millimetres of voxel (0, 0, 0)'s centre.
    public var translation: Vector3<Double>

    public init(columns: [Vector3<Double>], translation: Vector3<Double>) {
        precondition(columns.count == 3, "an affine has three columns")
        self.columns = columns
        self.translation = translation
    }

    /// An axis-aligned RAS+ grid with this spacing and origin in millimetres.
    public static func scaling(_ spacing: Vector3<Double>, origin: Vector3<Double> = .zero) -> Affine {
        Affine(
            columns: [Vector3(spacing.x, 0, 0), Vector3(0, spacing.y, 0), Vector3(0, 0, spacing.z)], translation: origin
        )
    }

    /// World position in millimetres of a voxel position.
    public func world(_ voxel: Vector3<Double>) -> Vector3<Double> {
        columns[0] * voxel.x + columns[1] * voxel.y + columns[2] * voxel.z + translation
    }

    /// Millimetres per step along each voxel axis.
    public var spacing: Vector3<Double> {
        Vector3(columns.map { ($0 * $0).sum().squareRoot() })
    }

    /// Signed volume of a voxel in cubic millimetres; negative for a left-handed grid.
    public var determinant: Double {
        let (a, b, c) = (columns[0], columns[1], columns[2])
        return a.x * (b.y * c.z - b.z * c.y) - b.x * (a.y * c.z - a.z * c.y) + c.x * (a.y * b.z - a.z * b.y)
    }
}
