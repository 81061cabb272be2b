internal import Domain
internal import System

/// Where patches are put around a voxel.
struct PatchPlacement: Sendable {
    private let patch: Vector3<Int>

    /// - Parameter patch: voxels along x, y, z.
    init(_ patch: Vector3<Int>) { self.patch = patch }

    /// Up to a quarter of the patch along every axis, so that an organ is not always in the middle.
    func jitter(_ random: inout CounterRandom) -> Vector3<Int> {
        var result = Vector3<Int>.zero
        for axis in 0..<3 where patch[axis] > 3 {
            result[axis] = random.index(below: patch[axis] / 2) - patch[axis] / 4
        }
        return result
    }

    /// The patch around `centre`, moved inside the volume along axes where there is room for it. Where it is at least as long as the
    /// volume, it is shifted at random, by up to a quarter of the patch, from the place where prediction has it; `centre` stays inside, and
    /// a part of the volume may be outside.
    func box(around centre: Vector3<Int>, _ shape: GridShape, _ random: inout CounterRandom) -> VoxelBox {
        var lower = Vector3<Int>.zero
        for axis in 0..<3 {
            let room = shape[axis] - patch[axis]
            guard room <= 0, patch[axis] > 3 else {
                lower[axis] = min(max(centre[axis] - patch[axis] / 2, 0), max(room, 0))
                continue
            }
            let shifted = -(-room / 2) + random.index(below: patch[axis] / 2) - patch[axis] / 4
            lower[axis] = min(max(shifted, centre[axis] - patch[axis] + 1), centre[axis])
        }
        return VoxelBox(lower: lower, upper: lower &+ patch)
    }
}

extension GridShape {
    /// Of the voxel with this linear index.
    func position(_ voxel: Int) -> Vector3<Int> { Vector3(voxel % x, voxel / x % y, voxel / (x * y)) }
}
