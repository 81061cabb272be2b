public import Domain

/// Resampling between axis-aligned grids of different spacing.
///
/// Both grids have the same lower edge: the centre of target voxel i is at source position (i + ½)·r − ½ with r =
/// target spacing / source spacing; positions beyond the outermost centres get the outermost value.
public struct Resampling: Sendable, Hashable {
    public let source: GridShape
    public let target: GridShape
    /// Target spacing over source spacing along x, y, z.
    public let ratio: Vector3<Double>

    /// Spacings in millimetres per step along x, y, z.
    public init(
        from source: GridShape, spacing: Vector3<Double>, to target: GridShape, spacing targetSpacing: Vector3<Double>
    ) {
        (self.source, self.target) = (source, target)
        ratio = targetSpacing / spacing
    }

    /// The shape that covers a grid at another spacing: sizes rounded to the nearest whole number, at least 1.
    public static func shape(of source: GridShape, spacing: Vector3<Double>, at targetSpacing: Vector3<Double>)
        -> GridShape
    {
        let sizes = (0..<3).map { max(1, Int((Double(source[$0]) * spacing[$0] / targetSpacing[$0]).rounded())) }
        return GridShape(sizes[0], sizes[1], sizes[2])
    }

    // MARK: Linear

    /// Trilinear interpolation; values and result in canonical order, x fastest.
    /// - Precondition: one value per source voxel.
    public func linear(_ values: UnsafeBufferPointer<Float>) -> [Float] {
        interpolate(values) { $0 }
    }

    /// Trilinear interpolation; see the other form.
    public func linear(_ values: UnsafeBufferPointer<Int16>) -> [Float] {
        interpolate(values) { Float($0) }
    }

    @inline(__always)
    private func interpolate<T>(_ values: UnsafeBufferPointer<T>, _ value: (T) -> Float) -> [Float] {
        precondition(values.count == source.count, "one value per voxel of the source")
        let taps = (0..<3).map { axis in LinearTaps(source[axis], target[axis], ratio[axis]) }
        let alongX = [Float](unsafeUninitializedCapacity: target.x * source.y * source.z) { out, count in
            for row in 0..<source.y * source.z {
                let (from, to) = (values.baseAddress! + row * source.x, out.baseAddress! + row * target.x)
                for x in 0..<target.x {
                    let low = value(from[taps[0].low[x]])
                    to[x] = low + (value(from[taps[0].high[x]]) - low) * taps[0].weight[x]
                }
            }
            count = out.count
        }
        let alongY = Self.mix(alongX, inner: target.x, from: source.y, outer: source.z, taps[1])
        return Self.mix(alongY, inner: target.x * target.y, from: source.z, outer: 1, taps[2])
    }

    /// Interpolates along the middle axis of an (inner, middle, outer) array.
    private static func mix(_ values: [Float], inner: Int, from middle: Int, outer: Int, _ taps: LinearTaps) -> [Float]
    {
        let size = taps.low.count
        return [Float](unsafeUninitializedCapacity: inner * size * outer) { out, count in
            values.withUnsafeBufferPointer { source in
                for block in 0..<outer {
                    for i in 0..<size {
                        let low = source.baseAddress! + (block * middle + taps.low[i]) * inner
                        let high = source.baseAddress! + (block * middle + taps.high[i]) * inner
                        let (to, weight) = (out.baseAddress! + (block * size + i) * inner, taps.weight[i])
                        for x in 0..<inner { to[x] = low[x] + (high[x] - low[x]) * weight }
                    }
                }
            }
            count = out.count
        }
    }

    // MARK: Nearest

    /// Nearest-neighbour resampling: each target voxel gets the source voxel with the nearest centre.
    /// - Precondition: the mask has the source's shape.
    public func nearest(_ mask: BitVolume) -> BitVolume {
        precondition(mask.shape == source, "a mask of the source's shape")
        let maps = (0..<3).map { axis in nearestIndices(axis) }
        var out = BitVolume(target)
        for z in 0..<target.z {
            for y in 0..<target.y {
                let (from, to) = (source.index(0, maps[1][y], maps[2][z]), target.index(0, y, z))
                for x in 0..<target.x where mask[from + maps[0][x]] { out[to + x] = true }
            }
        }
        return out
    }

    private func nearestIndices(_ axis: Int) -> [Int] {
        (0..<target[axis]).map { i in
            let position = (Double(i) + 0.5) * ratio[axis] - 0.5
            return min(source[axis] - 1, max(0, Int(position.rounded())))
        }
    }
}

/// For each target sample, the two adjacent source samples and the weight of the higher one.
private struct LinearTaps {
    let low: [Int]
    let high: [Int]
    let weight: [Float]

    init(_ source: Int, _ target: Int, _ ratio: Double) {
        let positions = (0..<target).map { min(Double(source - 1), max(0, (Double($0) + 0.5) * ratio - 0.5)) }
        low = positions.map { Int($0) }
        high = positions.map { min(source - 1, Int($0) + 1) }
        weight = positions.map { Float($0 - $0.rounded(.down)) }
    }
}
