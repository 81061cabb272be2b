public import Domain

/// Size and position of masks.
public enum VolumeMeasure {
    /// The volume of the set voxels in millilitres; spacing in millimetres per step along x, y, z.
    public static func millilitres(_ mask: BitVolume, spacing: Vector3<Double>) -> Double {
        Double(mask.population) * spacing.x * spacing.y * spacing.z / 1000
    }

    /// The mean voxel index of the set voxels along x, y, z; nil where there is none.
    public static func centre(_ mask: BitVolume) -> Vector3<Double>? {
        let shape = mask.shape
        var (count, sum) = (0, (x: 0, y: 0, z: 0))
        // The row of the last voxel, and where it ends.
        var (row, end) = (0, shape.x)
        for (place, word) in mask.words.enumerated() where word != 0 {
            var bits = word
            while bits != 0 {
                let index = place << 6 + bits.trailingZeroBitCount
                if index >= end {
                    row = index / shape.x
                    end = (row + 1) * shape.x
                }
                count += 1
                sum.x += index - (end - shape.x)
                sum.y += row % shape.y
                sum.z += row / shape.y
                bits &= bits - 1
            }
        }
        guard count > 0 else { return nil }
        return Vector3(Double(sum.x), Double(sum.y), Double(sum.z)) / Double(count)
    }
}
