internal import Domain

extension VoxelWalk {
    /// Copies a stored array into canonical order, x fastest, converting each value.
    @inline(__always)
    func gather<Source: BitwiseCopyable, Target>(
        _ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Target>, _ convert: (Source) -> Target
    ) {
        let size = MemoryLayout<Source>.size
        if steps.x == 1 || steps.x == -1 {
            for z in 0..<shape.z {
                for y in 0..<shape.y {
                    let row = source + (base + y * steps.y + z * steps.z) * size
                    let out = target + shape.index(0, y, z)
                    if steps.x == 1 {
                        for x in 0..<shape.x { out[x] = convert((row + x * size).loadUnaligned(as: Source.self)) }
                    } else {
                        for x in 0..<shape.x { out[x] = convert((row - x * size).loadUnaligned(as: Source.self)) }
                    }
                }
            }
        } else {
            gatherTransposed(source, into: target, convert)
        }
    }

    /// The stored rows run along y or z: tiles of 32 keep both sides in the cache.
    @inline(__always)
    private func gatherTransposed<Source: BitwiseCopyable, Target>(
        _ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Target>, _ convert: (Source) -> Target
    ) {
        let (size, tile) = (MemoryLayout<Source>.size, 32)
        let alongY = abs(steps.y) == 1
        let (rows, slices) = alongY ? (shape.y, shape.z) : (shape.z, shape.y)
        let (rowStep, sliceStep) = alongY ? (steps.y, steps.z) : (steps.z, steps.y)
        let (rowOut, sliceOut) = alongY ? (shape.x, shape.x * shape.y) : (shape.x * shape.y, shape.x)
        for slice in 0..<slices {
            for firstRow in stride(from: 0, to: rows, by: tile) {
                for firstX in stride(from: 0, to: shape.x, by: tile) {
                    for row in firstRow..<min(rows, firstRow + tile) {
                        let out = target + slice * sliceOut + row * rowOut
                        let start = base + slice * sliceStep + row * rowStep
                        for x in firstX..<min(shape.x, firstX + tile) {
                            let from = source + (start + x * steps.x) * size
                            out[x] = convert(from.loadUnaligned(as: Source.self))
                        }
                    }
                }
            }
        }
    }
}
