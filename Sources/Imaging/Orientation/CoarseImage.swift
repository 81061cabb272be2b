internal import Domain

/// An image sampled every few millimetres, small enough to keep while its labels are read.
public struct CoarseImage: Sendable {
    /// Canonical shape of the whole image.
    let shape: GridShape
    let places: SamplePlaces
    /// Values clamped to the range of int16, canonical order, x fastest.
    let values: [Int16]
}

/// Sample positions every few voxels of a grid, symmetric along each axis so that a sample's mirror image is a sample.
struct SamplePlaces: Sendable {
    /// Voxels between samples along x, y, z.
    let step: Vector3<Int>
    /// Voxel index of the first sample.
    let first: Vector3<Int>
    let count: GridShape

    init(_ shape: GridShape, step: Vector3<Int>) {
        let counts = (0..<3).map { (shape[$0] - 1) / step[$0] + 1 }
        self.step = step
        first = Vector3((0..<3).map { (shape[$0] - 1 - (counts[$0] - 1) * step[$0]) / 2 })
        count = GridShape(counts[0], counts[1], counts[2])
    }
}

extension ImageVolume {
    /// Samples at most every 4 mm along x and y and every 5 mm along z, or every voxel where voxels are larger.
    public func coarse() -> CoarseImage {
        let step = Vector3(max(1, Int(4 / spacing.x)), max(1, Int(4 / spacing.y)), max(1, Int(5 / spacing.z)))
        let places = SamplePlaces(shape, step: step)
        let values =
            switch voxels {
            case .int16(let buffer): buffer.withVoxels { sampled($0, places) { $0 } }
            case .int32(let buffer): buffer.withVoxels { sampled($0, places) { Int16(clamping: $0) } }
            case .float32(let buffer): buffer.withVoxels { sampled($0, places) { Int16(max(-32767, min(32767, $0))) } }
            }
        return CoarseImage(shape: shape, places: places, values: values)
    }

    @inline(__always)
    private func sampled<T>(
        _ voxels: UnsafeBufferPointer<T>, _ places: SamplePlaces, _ value: (T) -> Int16
    ) -> [Int16] {
        let (first, step, samples) = (places.first, places.step, places.count)
        return [Int16](unsafeUninitializedCapacity: samples.count) { out, count in
            for k in 0..<samples.z {
                for j in 0..<samples.y {
                    let start = shape.index(first.x, first.y + j * step.y, first.z + k * step.z)
                    var row = voxels.baseAddress! + start
                    for i in 0..<samples.x {
                        out[count] = value(row.pointee)
                        count += 1
                        if i + 1 < samples.x { row += step.x }
                    }
                }
            }
        }
    }
}
