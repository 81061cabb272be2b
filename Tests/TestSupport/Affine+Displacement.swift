public import Domain

extension Affine {
    /// Largest distance in millimetres between the world positions of the eight corner voxels of two grids of one shape.
    public func largestCornerDisplacement(to other: Affine, shape: GridShape) -> Double {
        var largest = 0.0
        for corner in 0..<8 {
            let voxel = Vector3(
                corner & 1 == 0 ? 0 : Double(shape.x - 1), corner & 2 == 0 ? 0 : Double(shape.y - 1),
                corner & 4 == 0 ? 0 : Double(shape.z - 1))
            let difference = world(voxel) - other.world(voxel)
            largest = max(largest, (difference * difference).sum().squareRoot())
        }
        return largest
    }
}
