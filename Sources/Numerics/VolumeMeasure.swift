public import Domain

/// Sizes of masks.
public enum VolumeMeasure {
    /// Millilitres of the set voxels; spacing in millimetres per step along x, y, z.
    public static func millilitres(_ mask: BitVolume, spacing: Vector3<Double>) -> Double {
        Double(mask.population) * spacing.x * spacing.y * spacing.z / 1000
    }
}
