public import Batches
public import Domain
public import Plans
internal import Tensors

/// Predicts whole volumes by overlapping windows with Gaussian weights, slice by slice for a 2-D network.
/// Blocks, on the network's `TensorThread`.
///
/// One window after another, because libtorch rounds a window differently in a batch: a prediction follows from the image and the network
/// alone (`docs/decisions/0027-work-as-jobs.md`).
///
/// Memory: of the slices in progress alone, six bytes per organ and voxel, twice that with a head. In progress is one slice for a
/// 2-D network, and as many as a window is deep for a 3-D one.
public final class Predictor {
    private let network: UNet
    private let head: ConfidenceHead?
    private let confidence: ConfidenceMethod
    private let settings: LearningSettings
    private let kernel: PatchKernel
    private let window: Vector3<Int>

    /// - Parameter head: used where `confidence` has one; without it the probability is the confidence.
    public init(
        _ network: UNet, head: ConfidenceHead? = nil, confidence: ConfidenceMethod, settings: LearningSettings
    ) {
        (self.network, self.confidence, self.settings) = (network, confidence, settings)
        self.head = confidence.hasHead ? head : nil
        kernel = PatchKernel(settings)
        window = settings.windowSize
    }

    /// Predicts a whole volume from its image alone, and adds its slices to a sink as they are finished, which it then finishes.
    ///
    /// - Parameter checkStop: called before each window; an error ends the prediction.
    /// - Throws: `TensorError`, and what `checkStop` throws.
    public func predict(
        _ item: TrainingCase, into sink: inout some PredictionSink, checkStop: () throws -> Void = {}
    ) throws {
        try Torch.withoutGradients {
            var slab = Slab(
                shape: item.shape, channels: network.plan.organs.count * (head == nil ? 1 : 2),
                depth: settings.slicesInProgress)
            let starts = slabStarts(item.shape.z)
            for (i, z) in starts.enumerated() {
                try fillSlab(item, z, &slab, checkStop)
                let first = slab.firstSlice
                let scores = slab.finish(upTo: i + 1 < starts.count ? starts[i + 1] : item.shape.z)
                if slab.firstSlice > first { sink.add(prediction(scores, first, slab.firstSlice, item.shape)) }
            }
        }
        sink.finish()
    }

    private func prediction(
        _ scores: [[Prediction.Score]], _ first: Int, _ end: Int, _ shape: GridShape
    ) -> Prediction {
        let organs = network.plan.organs.count
        return Prediction(
            shape: GridShape(shape.x, shape.y, end - first), firstSlice: first, logits: Array(scores[..<organs]),
            confidenceLogits: head == nil ? nil : Array(scores[organs...]),
            kind: head == nil && confidence.hasHead ? .probability : confidence)
    }

    private func slabStarts(_ depth: Int) -> [Int] {
        settings.dimensions == 2 ? Array(0..<depth) : Self.starts(depth, window.z, settings.overlap)
    }

    /// Window positions along an axis: evenly overlapping, the last at the end; one centred window where it is longer.
    static func starts(_ length: Int, _ window: Int, _ overlap: Double) -> [Int] {
        guard length > window else { return [-((window - length) / 2)] }
        let largest = max(1, Double(window) * (1 - overlap))
        let count = Int((Double(length - window) / largest).rounded(.up)) + 1
        return (0..<count).map { $0 * (length - window) / (count - 1) }
    }

    private func fillSlab(
        _ item: TrainingCase, _ z: Int, _ slab: inout Slab, _ checkStop: () throws -> Void
    ) throws {
        for y in Self.starts(item.shape.y, window.y, settings.overlap) {
            for x in Self.starts(item.shape.x, window.x, settings.overlap) {
                try checkStop()
                let box = VoxelBox(lower: Vector3(x, y, z), upper: Vector3(x, y, z) &+ window)
                slab.add(try run(item, box), box)
            }
        }
    }

    /// Logits, then confidence logits, [channel, z, y, x].
    private func run(_ item: TrainingCase, _ box: VoxelBox) throws -> [Float] {
        let axes = settings.dimensions == 2 ? [window.y, window.x] : [window.z, window.y, window.x]
        let input = try Tensor.zeros([1, network.plan.inputChannels] + axes)
        try input.withMutableFloats { kernel.fill($0, from: item.normalisedImage, box: box) }
        let device = network.device
        return try Torch.withBFloat16(settings.usesBFloat16(on: device), on: device) {
            let features = try network.features(try input.moved(to: device))
            let logits = try network.logits(fromFeatures: features).float32()
            guard let head else { return try logits.floats() }
            let confidence = try head.confidence(features: features, logits: logits)
            return try Tensor.concatenated([logits, confidence], axis: 1).floats()
        }
    }
}

/// Sums weighted windows over the slices in progress.
private struct Slab {
    private let shape: GridShape
    private let channels, depth: Int
    /// The first slice in progress.
    private(set) var firstSlice = 0
    private var sums: [Float]
    private var weights: [Float]

    init(shape: GridShape, channels: Int, depth: Int) {
        (self.shape, self.channels, self.depth) = (shape, channels, min(depth, shape.z))
        let slab = shape.x * shape.y * self.depth
        sums = Array(repeating: 0, count: channels * slab)
        weights = Array(repeating: 0, count: slab)
    }

    /// - Parameter values: [channel, z, y, x].
    mutating func add(_ values: [Float], _ box: VoxelBox) {
        let inside = box.intersection(VoxelBox(shape))
        let slab = shape.x * shape.y * depth
        let bells = (0..<3).map { Self.bell(box.size[$0]) }
        for z in inside.lower.z..<inside.upper.z {
            for y in inside.lower.y..<inside.upper.y {
                let row = ((z - firstSlice) * shape.y + y) * shape.x
                let source = box.shape.index(0, y - box.lower.y, z - box.lower.z) - box.lower.x
                let rowWeight = bells[1][y - box.lower.y] * bells[2][z - box.lower.z]
                for x in inside.lower.x..<inside.upper.x {
                    let weight = rowWeight * bells[0][x - box.lower.x]
                    weights[row + x] += weight
                    for channel in 0..<channels {
                        sums[channel * slab + row + x] += weight * values[source + channel * box.shape.count + x]
                    }
                }
            }
        }
    }

    /// A Gaussian whose standard deviation is an eighth of the window, as in nnU-Net (Isensee et al., Nature Methods 2021): at the
    /// border of a window the network sees the least context.
    private static func bell(_ length: Int) -> [Float] {
        let (middle, deviation) = (Double(length - 1) / 2, max(Double(length) / 8, 0.5))
        return (0..<length).map {
            let distance = (Double($0) - middle) / deviation
            return Float(exponential(-distance * distance / 2))
        }
    }

    /// Ends the slices below `z`, which are complete, and moves those from `z` to the front.
    ///
    /// - Returns: [channel][voxel] of the ended slices.
    mutating func finish(upTo z: Int) -> [[Prediction.Score]] {
        let slice = shape.x * shape.y
        let finished = (min(z, shape.z) - firstSlice) * slice
        let slab = slice * depth
        let scores = (0..<channels).map { channel in
            (0..<finished).map { Prediction.quantised(sums[channel * slab + $0] / weights[$0]) }
        }
        for channel in 0..<channels {
            let base = channel * slab
            for i in 0..<slab { sums[base + i] = i + finished < slab ? sums[base + i + finished] : 0 }
        }
        for i in 0..<slab { weights[i] = i + finished < slab ? weights[i + finished] : 0 }
        firstSlice += finished / slice
        return scores
    }
}
