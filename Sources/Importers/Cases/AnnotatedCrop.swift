public import Domain

/// The box within which an annotation is complete, as half-open ranges in voxels.
public struct AnnotatedCrop: Hashable, Sendable {
    /// Voxels counted from the patient's front backwards.
    public let front: Range<Int>
    /// Voxels counted from the patient's right to the left.
    public let right: Range<Int>
    /// Voxels counted from the foot upwards.
    public let foot: Range<Int>

    public init(front: Range<Int>, right: Range<Int>, foot: Range<Int>) {
        (self.front, self.right, self.foot) = (front, right, foot)
    }

    /// The box in canonical (RAS+) voxel indices (x to the right, y to the front, z to the head), clipped to `shape`.
    public func box(in shape: GridShape) -> VoxelBox {
        VoxelBox(
            lower: Vector3(shape.x - right.upperBound, shape.y - front.upperBound, foot.lowerBound),
            upper: Vector3(shape.x - right.lowerBound, shape.y - front.lowerBound, foot.upperBound)
        ).intersection(VoxelBox(shape))
    }
}
