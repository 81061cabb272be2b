public import Domain

/// Distances in millimetres between the surfaces of two masks.
///
/// The surface is the set of foreground voxels with a background face neighbour (outside the volume counts as
/// background); distances run between voxel centres and are exact (Felzenszwalb & Huttenlocher 2012, separable lower
/// envelopes).
public struct SurfaceDistance: Sendable {
    /// Distances from each surface voxel of the first mask to the second's surface, ascending.
    public let forward: [Double]
    /// Distances from each surface voxel of the second mask to the first's surface, ascending.
    public let backward: [Double]

    /// Nil where either mask is empty.
    /// - Parameter spacing: millimetres per step along x, y, z.
    /// - Precondition: equal shapes.
    public init?(_ a: BitVolume, _ b: BitVolume, spacing: Vector3<Double>) {
        precondition(a.shape == b.shape, "two masks of one shape")
        let (first, second) = (MaskSurface(a), MaskSurface(b))
        guard !first.voxels.isEmpty, !second.voxels.isEmpty else { return nil }
        let corners = first.voxels + second.voxels
        var (lower, upper) = (corners[0], corners[0])
        for corner in corners {
            lower = lower.lowered(to: corner)
            upper = upper.raised(to: corner)
        }
        let box = VoxelBox(lower: lower, upper: upper &+ Vector3(repeating: 1))
        forward = DistanceField(to: second.voxels, box, spacing).distances(at: first.voxels).sorted()
        backward = DistanceField(to: first.voxels, box, spacing).distances(at: second.voxels).sorted()
    }

    /// Normalised surface Dice, 0 to 1: the share of both surfaces within `tolerance` millimetres of the other.
    public func normalisedDice(toleranceInMillimetres tolerance: Double) -> Double {
        let near = [forward, backward].map { $0.prefix { $0 <= tolerance }.count }
        return Double(near[0] + near[1]) / Double(forward.count + backward.count)
    }

    /// The larger of the two directed 95th percentiles (nearest rank), in millimetres.
    public var hausdorff95: Double {
        [forward, backward].map { $0[min($0.count - 1, Int((0.95 * Double($0.count)).rounded(.up)) - 1)] }.max() ?? 0
    }

    /// Mean distance over both surfaces, in millimetres.
    public var mean: Double {
        (forward.reduce(0, +) + backward.reduce(0, +)) / Double(forward.count + backward.count)
    }
}

/// The foreground voxels with a background face neighbour.
private struct MaskSurface {
    private(set) var voxels: [Vector3<Int>] = []

    init(_ mask: BitVolume) {
        let shape = mask.shape
        for (number, word) in mask.words.enumerated() where word != 0 {
            var bits = word
            while bits != 0 {
                let index = (number << 6) + bits.trailingZeroBitCount
                bits &= bits - 1
                let (x, y, z) = (index % shape.x, index / shape.x % shape.y, index / (shape.x * shape.y))
                let border = x == 0 || y == 0 || z == 0 || x == shape.x - 1 || y == shape.y - 1 || z == shape.z - 1
                let step = shape.x * shape.y
                let inner =
                    !border && mask[index - 1] && mask[index + 1] && mask[index - shape.x] && mask[index + shape.x]
                    && mask[index - step] && mask[index + step]
                if !inner { voxels.append(Vector3(x, y, z)) }
            }
        }
    }
}

/// Squared distances in square millimetres to a set of voxels, within a box.
private struct DistanceField {
    private let box: VoxelBox
    private var squared: [Double]

    init(to sites: [Vector3<Int>], _ box: VoxelBox, _ spacing: Vector3<Double>) {
        self.box = box
        squared = Array(repeating: .infinity, count: box.shape.count)
        for site in sites { squared[index(site)] = 0 }
        let shape = box.shape
        let strides = [1, shape.x, shape.x * shape.y]
        for axis in 0..<3 {
            let others = [0, 1, 2].filter { $0 != axis }
            var envelope = LowerEnvelope(count: shape[axis], step: spacing[axis])
            for v in 0..<shape[others[1]] {
                for u in 0..<shape[others[0]] {
                    envelope.transform(&squared, from: u * strides[others[0]] + v * strides[others[1]], strides[axis])
                }
            }
        }
    }

    func distances(at voxels: [Vector3<Int>]) -> [Double] { voxels.map { squared[index($0)].squareRoot() } }

    private func index(_ voxel: Vector3<Int>) -> Int {
        let at = voxel &- box.lower
        return box.shape.index(at.x, at.y, at.z)
    }
}

/// One-dimensional squared distance transform: the lower envelope of parabolas over a line of samples.
private struct LowerEnvelope {
    private let count: Int
    private let step: Double
    private var line: [Double]
    private var roots: [Int]
    private var borders: [Double]

    init(count: Int, step: Double) {
        (self.count, self.step) = (count, step)
        line = Array(repeating: 0, count: count)
        roots = Array(repeating: 0, count: count)
        borders = Array(repeating: 0, count: count + 1)
    }

    mutating func transform(_ values: inout [Double], from start: Int, _ stride: Int) {
        for i in 0..<count { line[i] = values[start + i * stride] }
        var last = -1
        for i in 0..<count where line[i] < .infinity {
            var border = -Double.infinity
            while last >= 0 {
                border = crossing(roots[last], i)
                if border > borders[last] { break }
                last -= 1
            }
            if last < 0 { border = -.infinity }
            last += 1
            (roots[last], borders[last]) = (i, border)
        }
        guard last >= 0 else { return }
        var at = 0
        for i in 0..<count {
            while at < last && borders[at + 1] < Double(i) { at += 1 }
            let distance = Double(i - roots[at]) * step
            values[start + i * stride] = distance * distance + line[roots[at]]
        }
    }

    /// The position, in samples, at which the parabola of `b` falls below that of `a`.
    private func crossing(_ a: Int, _ b: Int) -> Double {
        let scale = step * step
        let (p, q) = (Double(a), Double(b))
        return ((line[b] + scale * q * q) - (line[a] + scale * p * p)) / (2 * scale * (q - p))
    }
}
