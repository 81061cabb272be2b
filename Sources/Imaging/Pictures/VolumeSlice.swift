public import Domain

/// A plane through a canonical volume in radiological convention: the patient's right or front on the left, the front
/// or the head on top.
public struct VolumeSlice: Sendable, Hashable {
    public enum Plane: Sendable, Hashable { case axial, coronal, sagittal }

    public let shape: GridShape
    public let plane: Plane
    /// Voxel index along z (axial), y (coronal) or x (sagittal).
    public let index: Int

    /// - Precondition: the index is within the volume.
    public init(_ shape: GridShape, _ plane: Plane, at index: Int) {
        precondition(
            index >= 0 && index < shape[plane == .axial ? 2 : plane == .coronal ? 1 : 0], "a plane of the volume")
        (self.shape, self.plane, self.index) = (shape, plane, index)
    }

    public var columns: Int { plane == .sagittal ? shape.y : shape.x }
    public var rows: Int { plane == .axial ? shape.y : shape.z }

    /// Linear index of the voxel at a column (from the left) and a row (from the top).
    @inlinable
    public func voxel(column: Int, row: Int) -> Int {
        switch plane {
        case .axial: shape.index(shape.x - 1 - column, shape.y - 1 - row, index)
        case .coronal: shape.index(shape.x - 1 - column, index, shape.z - 1 - row)
        case .sagittal: shape.index(index, shape.y - 1 - column, shape.z - 1 - row)
        }
    }

    /// Millimetres from one column to the next and from one row to the next; spacing in millimetres along x, y, z.
    public func steps(spacing: Vector3<Double>) -> (across: Double, down: Double) {
        (plane == .sagittal ? spacing.y : spacing.x, plane == .axial ? spacing.y : spacing.z)
    }
}

/// The grey range of a picture: values from `level - width / 2` (black) to `level + width / 2` (white), for CT in HU.
public struct GreyWindow: Sendable, Hashable {
    public let level: Double
    public let width: Double

    public static let softTissue = GreyWindow(level: 40, width: 400)

    public init(level: Double, width: Double) { (self.level, self.width) = (level, width) }

    /// From the first to the 99th percentile of the values, of at most 100,000 evenly spaced voxels.
    /// - Parameter count: number of voxels.
    public init(percentilesOf voxels: ImageVoxels, count: Int) {
        let sample = stride(from: 0, to: count, by: max(1, count / 100_000)).map { voxels[$0] }.sorted()
        func percentile(_ share: Double) -> Double {
            sample.isEmpty ? 0 : sample[Int((share * Double(sample.count - 1)).rounded())]
        }
        let (low, high) = (percentile(0.01), percentile(0.99))
        self.init(level: (low + high) / 2, width: max(high - low, 1e-6))
    }

    public func grey(_ value: Double) -> UInt8 {
        let share = (value - level) / width + 0.5
        return UInt8((255 * min(1, max(0, share.isFinite ? share : 0))).rounded())
    }
}
