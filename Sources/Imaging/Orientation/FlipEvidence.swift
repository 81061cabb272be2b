internal import Domain

/// The flip of a label file relative to its image: none, or along one canonical axis.
public enum LabelFlip: String, Sendable, Hashable, CaseIterable {
    case none, x, y, z

    /// 0 to 2; nil for `none`.
    public var axis: Int? { Self.allCases.firstIndex(of: self).flatMap { $0 == 0 ? nil : $0 - 1 } }
}

/// The CT values within labels of soft organs, for each flip of the labels.
public struct FlipEvidence: Sendable, Hashable {
    /// The measures for one flip.
    public struct Measure: Sendable, Hashable {
        /// The share of the labelled samples from −50 to 300 HU, the range of liver, spleen, kidneys and pancreas, 0 to
        /// 1.
        public let plausible: Double
        /// Median of the labelled samples in HU, accurate to 4.
        public let median: Double
        /// Interquartile range of the labelled samples in HU.
        public let spread: Double
        /// Mean absolute difference in HU, at most 400, between neighbouring samples inside and outside the labels.
        public let edge: Double
    }

    /// Number of labelled samples.
    public private(set) var samples = 0
    private var edges = 0
    private var histograms = [[Int]](repeating: [Int](repeating: 0, count: bins), count: LabelFlip.allCases.count)
    private var differences = [Int](repeating: 0, count: LabelFlip.allCases.count)

    /// Width in HU of a bin of the histograms, which begin at −1024.
    private static let width = 8
    private static let bins = 256

    public init() {}

    /// The measures for the labels with this flip.
    public func measure(_ flip: LabelFlip) -> Measure {
        let index = LabelFlip.allCases.firstIndex(of: flip) ?? 0
        let histogram = histograms[index]
        func value(below share: Double) -> Double {
            var sum = 0
            for (bin, count) in histogram.enumerated() {
                sum += count
                if Double(sum) >= share * Double(samples) { return Double(bin * Self.width - 1024 + Self.width / 2) }
            }
            return 0
        }
        let plausible = histogram[(1024 - 50) / Self.width..<(1024 + 300) / Self.width].reduce(0, +)
        return Measure(
            plausible: Double(plausible) / Double(max(1, samples)), median: value(below: 0.5),
            spread: value(below: 0.75) - value(below: 0.25), edge: Double(differences[index]) / Double(max(1, edges)))
    }

    /// Adds the label voxels with one of `values`.
    /// - Precondition: labels and image have one canonical shape.
    public mutating func add(_ labels: LabelVolume, values: Set<Int>, on image: CoarseImage) {
        precondition(labels.shape == image.shape, "one shape")
        let inside = CoarseLabels(labels, values, image.places)
        guard !inside.isEmpty else { return }
        for (index, flip) in LabelFlip.allCases.enumerated() {
            image.values.withUnsafeBufferPointer { tally(inside, $0, image.places.count, flip, index) }
        }
        samples += inside.population
        edges += inside.edges
    }

    private mutating func tally(
        _ labels: CoarseLabels, _ values: UnsafeBufferPointer<Int16>, _ count: GridShape, _ flip: LabelFlip,
        _ index: Int
    ) {
        var strides = [1, count.x, count.x * count.y]
        var base = 0
        if let axis = flip.axis {
            base = strides[axis] * (count[axis] - 1)
            strides[axis] = -strides[axis]
        }
        let steps = (strides[0], strides[1], strides[2])
        var sum = 0
        histograms[index].withUnsafeMutableBufferPointer { histogram in
            labels.forEach { i, j, k, isInside, neighbours in
                let at = base + i * steps.0 + j * steps.1 + k * steps.2
                let value = Int(values[at])
                if isInside { histogram[max(0, min(Self.bins - 1, (value + 1024) >> 3))] += 1 }
                if neighbours & 1 != 0 { sum += min(400, abs(value - Int(values[at + steps.0]))) }
                if neighbours & 2 != 0 { sum += min(400, abs(value - Int(values[at + steps.1]))) }
                if neighbours & 4 != 0 { sum += min(400, abs(value - Int(values[at + steps.2]))) }
            }
        }
        differences[index] += sum
    }
}

/// The labelled samples, within the labels' bounding box and one sample around it.
private struct CoarseLabels {
    private let lower: Vector3<Int>
    private let size: Vector3<Int>
    private var inside: [Bool] = []
    private(set) var population = 0
    /// Number of neighbouring pairs of which one sample is labelled.
    private(set) var edges = 0

    var isEmpty: Bool { population == 0 }

    init(_ labels: LabelVolume, _ wanted: Set<Int>, _ places: SamplePlaces) {
        let box = labels.box(of: wanted)
        let (first, step, count) = (places.first, places.step, places.count)
        let low = (0..<3).map { max(0, (box.lower[$0] - first[$0]) / step[$0] - 1) }
        let high = (0..<3).map { min(count[$0], max(0, box.upper[$0] - first[$0]) / step[$0] + 2) }
        lower = Vector3(low)
        size = Vector3((0..<3).map { max(0, high[$0] - low[$0]) })
        inside.reserveCapacity(size.x * size.y * size.z)
        switch labels.values {
        case .uint8(let buffer):
            let table = (0..<256).map { wanted.contains($0) }
            buffer.withVoxels { read($0, labels.shape, places) { table[Int($0)] } }
        case .int32(let buffer):
            let words = Set(wanted.compactMap { Int32(exactly: $0) })
            buffer.withVoxels { read($0, labels.shape, places) { words.contains($0) } }
        }
        var (population, edges) = (0, 0)
        forEach { _, _, _, isInside, neighbours in
            population += isInside ? 1 : 0
            edges += neighbours.nonzeroBitCount
        }
        (self.population, self.edges) = (population, edges)
    }

    @inline(__always)
    private mutating func read<T>(
        _ voxels: UnsafeBufferPointer<T>, _ shape: GridShape, _ places: SamplePlaces, _ isWanted: (T) -> Bool
    ) {
        let (first, step) = (places.first, places.step)
        for k in lower.z..<lower.z + size.z {
            for j in lower.y..<lower.y + size.y {
                let row = shape.index(first.x, first.y + j * step.y, first.z + k * step.z)
                for i in lower.x..<lower.x + size.x { inside.append(isWanted(voxels[row + i * step.x])) }
            }
        }
    }

    /// Calls `body` for every sample that is labelled or has a labelled neighbour: its indices, whether it is labelled,
    /// and the upper neighbours along x (bit 0), y (bit 1), z (bit 2) that differ from it.
    @inline(__always)
    func forEach(_ body: (Int, Int, Int, Bool, Int) -> Void) {
        inside.withUnsafeBufferPointer { inside in
            for k in 0..<size.z {
                for j in 0..<size.y {
                    for i in 0..<size.x {
                        let at = (k * size.y + j) * size.x + i
                        let own = inside[at]
                        var neighbours = 0
                        if i + 1 < size.x, inside[at + 1] != own { neighbours |= 1 }
                        if j + 1 < size.y, inside[at + size.x] != own { neighbours |= 2 }
                        if k + 1 < size.z, inside[at + size.x * size.y] != own { neighbours |= 4 }
                        if own || neighbours != 0 { body(lower.x + i, lower.y + j, lower.z + k, own, neighbours) }
                    }
                }
            }
        }
    }
}
