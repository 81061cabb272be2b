internal import Domain

/// The voxels within `SoftDice.reach` steps of a mask whose slices come one after another, each step to a voxel with a common face.
struct NearPlanes: Sendable {
    private let shape: GridShape
    /// The voxels that have a neighbour before them in their row, and those that have one after them.
    private let notFirst, notLast: BitPlane
    /// From `firstOpen` on: the slices that may still get near voxels; nil: none so far.
    private var open: [BitPlane?] = []
    private(set) var firstOpen = 0

    init(_ shape: GridShape) {
        self.shape = shape
        let slice = GridShape(shape.x, shape.y, 1)
        func columns(_ x: Range<Int>) -> BitPlane {
            BitVolume(
                slice, filling: VoxelBox(lower: Vector3(x.lowerBound, 0, 0), upper: Vector3(x.upperBound, shape.y, 1))
            ).words
        }
        (notFirst, notLast) = (columns(1..<max(1, shape.x)), columns(0..<max(0, shape.x - 1)))
    }

    /// Takes the slice that follows those before.
    ///
    /// - Parameter mask: nil: no voxel.
    /// - Returns: of the slices that no later one can change, in order, the near voxels; nil: none.
    mutating func add(slice z: Int, mask: BitPlane?) -> [BitPlane?] {
        while firstOpen + open.count <= min(z + SoftDice.reach, shape.z - 1) { open.append(nil) }
        if let mask { mark(mask, z) }
        let closed = z == shape.z - 1 ? open.count : max(0, z - SoftDice.reach + 1 - firstOpen)
        defer {
            open.removeFirst(closed)
            firstOpen += closed
        }
        return Array(open[..<closed])
    }

    private mutating func mark(_ mask: BitPlane, _ z: Int) {
        var (plane, distance) = (mask, SoftDice.reach)
        while true {
            for near in distance == 0 ? [z] : [z - distance, z + distance] where near >= firstOpen && near < shape.z {
                formUnion(plane, near - firstOpen)
            }
            if distance == 0 { return }
            plane = dilated(plane)
            distance -= 1
        }
    }

    private mutating func formUnion(_ plane: BitPlane, _ index: Int) {
        guard var near = open[index] else {
            open[index] = plane
            return
        }
        open[index] = nil
        for i in near.indices { near[i] |= plane[i] }
        open[index] = near
    }

    /// The set voxels and their neighbours in the slice.
    private func dilated(_ plane: BitPlane) -> BitPlane {
        let (row, shift) = (shape.x >> 6, UInt64(shape.x & 63))
        let margin = row + 1
        let zeros = repeatElement(UInt64(0), count: margin)
        let padded = Array(zeros) + plane + Array(zeros)
        var result = plane
        padded.withUnsafeBufferPointer { padded in
            result.withUnsafeMutableBufferPointer { result in
                for i in 0..<result.count {
                    let at = i + margin
                    let here = padded[at]
                    let after = (here << 1 | padded[at - 1] >> 63) & notFirst[i]
                    let before = (here >> 1 | padded[at + 1] << 63) & notLast[i]
                    // A shift by 64 makes zero.
                    let below = padded[at - row] << shift | padded[at - row - 1] >> (64 - shift)
                    let above = padded[at + row] >> shift | padded[at + row + 1] << (64 - shift)
                    result[i] = here | after | before | below | above
                }
            }
        }
        if shape.sliceCount & 63 != 0 { result[result.count - 1] &= 1 << UInt64(shape.sliceCount & 63) - 1 }
        return result
    }
}
