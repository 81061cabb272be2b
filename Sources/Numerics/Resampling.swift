public import Domain

/// Resampling between axis-aligned grids of different spacing.
///
/// Both grids have the same lower edge: the centre of target voxel i is at source position (i + ½)·r − ½ with r =
/// target spacing / source spacing; positions beyond the outermost centres get the outermost value. Along an axis with r > 1 each
/// target voxel is the mean of the interpolated source over √(r² − 1) source voxels around its centre, so that structures finer than
/// the target's spacing do not alias; away from the edges a linear course is kept exactly.
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

    // MARK: Values

    /// Trilinear interpolation, anti-aliased; values and result in canonical order, x fastest.
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
        let (from, to) = (source.x * source.y, target.x * target.y)
        return [Float](unsafeUninitializedCapacity: target.count) { out, count in
            linear(
                reading: { z, slice in for i in 0..<from { slice[i] = value(values[z * from + i]) } },
                { z, slice in
                    _ = UnsafeMutableBufferPointer(rebasing: out[z * to..<(z + 1) * to]).initialize(from: slice)
                })
            count = out.count
        }
    }

    /// The same, one target slice after another, in memory for a few slices whatever the length of the volume.
    ///
    /// - Parameters:
    ///   - read: fills the values of the source slice z; called once for each slice that is needed, ascending.
    ///   - body: called with each target slice and its z, ascending.
    public func linear(
        reading read: (_ z: Int, UnsafeMutableBufferPointer<Float>) -> Void,
        _ body: (_ z: Int, UnsafeBufferPointer<Float>) throws -> Void
    ) rethrows {
        let taps = taps
        var slice = [Float](repeating: 0, count: source.x * source.y)
        var mixed = [Float](repeating: 0, count: target.x * target.y)
        var ready: [Int: [Float]] = [:]
        for z in 0..<target.z {
            let first = taps[2].first[z]
            ready = ready.filter { $0.key >= first }
            for from in first..<first + taps[2].width where ready[from] == nil {
                slice.withUnsafeMutableBufferPointer { read(from, $0) }
                ready[from] = alongRows(slice, taps)
            }
            for k in 0..<taps[2].width {
                guard let row = ready[first + k] else { continue }
                let weight = taps[2].weights[z * taps[2].width + k]
                for i in mixed.indices { mixed[i] = k == 0 ? row[i] * weight : mixed[i] + row[i] * weight }
            }
            try mixed.withUnsafeBufferPointer { try body(z, $0) }
        }
    }

    /// A source slice at the target's positions along x and y.
    private func alongRows(_ slice: [Float], _ taps: [Taps]) -> [Float] {
        let alongX = [Float](unsafeUninitializedCapacity: target.x * source.y) { out, count in
            slice.withUnsafeBufferPointer { slice in
                for y in 0..<source.y {
                    let (from, to) = (slice.baseAddress! + y * source.x, out.baseAddress! + y * target.x)
                    for x in 0..<target.x { to[x] = taps[0].mean(at: x) { from[$0] } }
                }
            }
            count = out.count
        }
        return Self.mix(alongX, inner: target.x, from: source.y, outer: 1, taps[1])
    }

    private var taps: [Taps] { (0..<3).map { Taps(source[$0], target[$0], ratio[$0]) } }

    /// Interpolates along the middle axis of an (inner, middle, outer) array.
    private static func mix(_ values: [Float], inner: Int, from middle: Int, outer: Int, _ taps: Taps) -> [Float] {
        let size = taps.first.count
        return [Float](unsafeUninitializedCapacity: inner * size * outer) { out, count in
            values.withUnsafeBufferPointer { source in
                for block in 0..<outer {
                    for i in 0..<size {
                        let from = source.baseAddress! + (block * middle + taps.first[i]) * inner
                        let to = out.baseAddress! + (block * size + i) * inner
                        for x in 0..<inner { to[x] = from[x] * taps.weights[i * taps.width] }
                        for k in 1..<max(1, taps.width) {
                            let (row, weight) = (from + k * inner, taps.weights[i * taps.width + k])
                            for x in 0..<inner { to[x] += row[x] * weight }
                        }
                    }
                }
            }
            count = out.count
        }
    }

    // MARK: Masks

    /// The voxels of which the interpolated mask covers more than half: smooth where the target is finer, without aliasing where it
    /// is coarser. Disjoint masks stay disjoint. A mask too thin to cover half of any voxel keeps the voxels nearest to its own.
    /// - Precondition: the mask has the source's shape.
    public func majority(_ mask: BitVolume) -> BitVolume {
        precondition(mask.shape == source, "a mask of the source's shape")
        let taps = taps
        var out = BitVolume(target)
        var slice = [Float](repeating: 0, count: source.x * source.y)
        for z in 0..<target.z where Self.sum(mask, taps[2], at: z, into: &slice) {
            let rows = Self.mix(slice, inner: source.x, from: source.y, outer: 1, taps[1])
            for y in 0..<target.y {
                let (from, to) = (y * source.x, target.index(0, y, z))
                for x in 0..<target.x where taps[0].mean(at: x, { rows[from + $0] }) > Self.half { out[to + x] = true }
            }
        }
        return out.isEmpty && !mask.isEmpty ? covering(mask) : out
    }

    /// A little more than one half, so that no rounding gives a voxel to two disjoint masks.
    private static let half: Float = 0.50001

    /// The weighted sum of the mask's slices of which target slice `z` consists; false where all of them are empty.
    private static func sum(_ mask: BitVolume, _ taps: Taps, at z: Int, into slice: inout [Float]) -> Bool {
        for i in slice.indices { slice[i] = 0 }
        var isAny = false
        for k in 0..<taps.width {
            let (start, weight) = ((taps.first[z] + k) * slice.count, taps.weights[z * taps.width + k])
            guard weight > 0 else { continue }
            for i in slice.indices where mask[start + i] {
                slice[i] += weight
                isAny = true
            }
        }
        return isAny
    }

    /// Nearest-neighbour resampling: each target voxel gets the source voxel with the nearest centre. For scattered voxels, such as
    /// those of a validity mask, which a majority would drop or fill.
    /// - Precondition: the mask has the source's shape.
    public func nearest(_ mask: BitVolume) -> BitVolume {
        precondition(mask.shape == source, "a mask of the source's shape")
        let maps = (0..<3).map { axis in
            (0..<target[axis]).map { i in
                min(source[axis] - 1, max(0, Int(((Double(i) + 0.5) * ratio[axis] - 0.5).rounded())))
            }
        }
        var out = BitVolume(target)
        for z in 0..<target.z {
            for y in 0..<target.y {
                let (from, to) = (source.index(0, maps[1][y], maps[2][z]), target.index(0, y, z))
                for x in 0..<target.x where mask[from + maps[0][x]] { out[to + x] = true }
            }
        }
        return out
    }

    /// The target voxels whose centres are nearest to those of the mask's voxels.
    private func covering(_ mask: BitVolume) -> BitVolume {
        var out = BitVolume(target)
        for voxel in 0..<source.count where mask[voxel] {
            let position = Vector3(voxel % source.x, voxel / source.x % source.y, voxel / (source.x * source.y))
            let nearest = (0..<3).map { axis in
                min(target[axis] - 1, max(0, Int(((Double(position[axis]) + 0.5) / ratio[axis] - 0.5).rounded())))
            }
            out[nearest[0], nearest[1], nearest[2]] = true
        }
        return out
    }
}

/// For each target sample, `width` adjacent source samples from `first` on and their weights, which sum to 1.
private struct Taps {
    let width: Int
    let first: [Int]
    let weights: [Float]

    init(_ source: Int, _ target: Int, _ ratio: Double) {
        let filter = HatMean(length: ratio > 1 ? (ratio * ratio - 1).squareRoot() : 0)
        let reach = 1 + filter.length / 2
        let width = min(source, Int((2 * reach).rounded(.up)))
        var (first, weights): ([Int], [Float]) = ([], [])
        for i in 0..<target {
            let centre = min(Double(source - 1), max(0, (Double(i) + 0.5) * ratio - 0.5))
            let start = Int((centre - reach).rounded(.down)) + 1
            let kept = min(source - width, max(0, start))
            var own = [Double](repeating: 0, count: width)
            for sample in start...Int((centre + reach).rounded(.up)) {
                own[min(max(sample, 0), source - 1, kept + width - 1) - kept] += filter.weight(centre - Double(sample))
            }
            first.append(kept)
            weights += own.map(Float.init)
        }
        (self.width, self.first, self.weights) = (width, first, weights)
    }

    @inline(__always)
    func mean(at i: Int, _ value: (Int) -> Float) -> Float {
        var sum: Float = 0
        for k in 0..<width { sum += value(first[i] + k) * weights[i * width + k] }
        return sum
    }
}

/// The mean of the hat function max(0, 1 − |t|) over an interval: the weight of a sample in the mean of a linear interpolation.
private struct HatMean {
    /// Of the interval, in samples; 0 for the function itself.
    let length: Double

    /// - Parameter distance: from the sample to the middle of the interval.
    func weight(_ distance: Double) -> Double {
        guard length > 0 else { return max(0, 1 - abs(distance)) }
        return (Self.integral(distance + length / 2) - Self.integral(distance - length / 2)) / length
    }

    /// Of the hat function up to `t`.
    private static func integral(_ t: Double) -> Double {
        let inside = min(max(t, -1), 1)
        return inside < 0 ? (inside + 1) * (inside + 1) / 2 : 1 - (1 - inside) * (1 - inside) / 2
    }
}
