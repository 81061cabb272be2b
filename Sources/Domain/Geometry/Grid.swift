/// The size of a three-dimensional grid in voxels, x fastest in memory.
public struct GridShape: Hashable, Sendable, CustomStringConvertible {
    public let x, y, z: Int

    public init(_ x: Int, _ y: Int, _ z: Int) { (self.x, self.y, self.z) = (x, y, z) }

    /// Number of voxels.
    public var count: Int { x * y * z }
    public var description: String { "\(x)x\(y)x\(z)" }
    public subscript(axis: Int) -> Int { axis == 0 ? x : axis == 1 ? y : z }

    /// Linear index of voxel (x, y, z), x fastest.
    @inlinable
    public func index(_ x: Int, _ y: Int, _ z: Int) -> Int { (z * self.y + y) * self.x + x }
}

/// A half-open box of voxels: lower inclusive, upper exclusive.
public struct VoxelBox: Hashable, Sendable {
    public let lower: Vector3<Int>
    public let upper: Vector3<Int>

    public init(lower: Vector3<Int>, upper: Vector3<Int>) { (self.lower, self.upper) = (lower, upper) }

    /// The whole of `shape`.
    public init(_ shape: GridShape) { self.init(lower: .zero, upper: Vector3(shape.x, shape.y, shape.z)) }

    public var size: Vector3<Int> { upper &- lower }
    public var isEmpty: Bool { size.min() <= 0 }
    public var shape: GridShape { GridShape(max(0, size.x), max(0, size.y), max(0, size.z)) }

    public func intersection(_ other: VoxelBox) -> VoxelBox {
        VoxelBox(
            lower: Vector3((0..<3).map { max(lower[$0], other.lower[$0]) }),
            upper: Vector3((0..<3).map { min(upper[$0], other.upper[$0]) }))
    }
}
