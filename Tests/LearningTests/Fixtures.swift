import Batches
import Domain
import Glibc
import Learning
import Plans
internal import System
import Tensors

/// All libtorch work of the tests runs on one thread, so that sums are in one order.
let tensorThread = TensorThread(threads: 1)

/// A file of `Oracle/`, as a checkpoint.
func oracle(_ name: String, file: String = #filePath) throws -> Checkpoint {
    let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let path = "\(folder)/Oracle/\(name).oracle"
    guard let stream = fopen(path, "rb") else { throw MissingOracle(path: path) }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, stream), count > 0 { bytes += chunk[..<count] }
    return try Checkpoint(bytes: bytes)
}

struct MissingOracle: Error {
    let path: String
}

extension Checkpoint {
    func tensor(_ path: String) throws -> Tensor {
        guard let stored = self[path] else { throw MissingOracle(path: path) }
        return try Tensor(stored.values, shape: stored.shape)
    }

    func values(_ path: String) throws -> [Float] {
        guard let stored = self[path] else { throw MissingOracle(path: path) }
        return stored.values
    }
}

/// The largest difference of two lists of equal length. Infinite if the lengths differ or a value is not a number, which `max`
/// would ignore.
func distance(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).map { abs($0 - $1) }.reduce(0) { $1.isNaN ? .infinity : max($0, $1) }
}

extension BitVolume {
    init(_ shape: GridShape, where inside: (Int, Int, Int) -> Bool) {
        self.init(shape)
        for z in 0..<shape.z {
            for y in 0..<shape.y {
                for x in 0..<shape.x where inside(x, y, z) { self[x, y, z] = true }
            }
        }
    }

    init(_ shape: GridShape, voxels: [Int]) {
        self.init(shape)
        for voxel in voxels { self[voxel] = true }
    }

    var voxels: [Int] { (0..<shape.count).filter { self[$0] } }
}

/// A bright cube in noise, its voxels known.
func cubeCase(_ id: Int64, side: Int = 24, lower: Vector3<Int>, size: Int, known: Bool = true) -> TrainingCase {
    let shape = GridShape(side, side, 12)
    let cube = BitVolume(shape) { x, y, z in
        let p = Vector3(x, y, z) &- lower
        return p.min() >= 0 && p.max() < size
    }
    var random = CounterRandom(UInt64(id))
    let voxels = (0..<shape.count).map { Int16((cube[$0] ? 120 : 20) + random.unit() * 40) }
    return TrainingCase(
        volume: VolumeID(id), shape: shape, spacing: Vector3(1, 1, 2), image: IntensityVoxels(voxels),
        normalisation: .hounsfield,
        labels: [known ? .known(foreground: cube) : .unknown])
}

extension TrainingCase {
    /// On the grid of the case.
    func overlaps(_ prediction: Prediction) -> [OverlapCounts?] {
        Evaluator.overlaps(labels, shape: shape) { prediction.foreground(organ: $0) }
    }
}

extension IntensityMap {
    /// The default window.
    static let hounsfield = IntensityMap(window: LearningSettings())
}

/// All slices of a prediction as one.
struct WholePrediction: PredictionSink {
    private(set) var slices: [Prediction] = []

    mutating func add(_ slices: Prediction) { self.slices.append(slices) }

    /// - Precondition: a slice was added.
    var prediction: Prediction {
        let first = slices[0]
        func joined(_ scores: (Prediction) -> [[Prediction.Score]]) -> [[Prediction.Score]] {
            first.logits.indices.map { organ in slices.flatMap { scores($0)[organ] } }
        }
        return Prediction(
            shape: GridShape(first.shape.x, first.shape.y, slices.reduce(0) { $0 + $1.shape.z }),
            logits: joined(\.logits),
            confidenceLogits: first.ownConfidenceLogits == nil ? nil : joined { $0.ownConfidenceLogits ?? [] },
            kind: first.kind)
    }
}

extension Prediction {
    /// The logit of the confidence, or the segmentation's own.
    var confidenceLogits: [[Score]] { ownConfidenceLogits ?? logits }

    func foreground(organ: Int) -> BitVolume {
        BitVolume(shape, voxels: logits[organ].indices.filter { logits[organ][$0] > 0 })
    }

    func meanConfidence(organ: Int) -> Double? {
        let values = foreground(organ: organ).voxels.map { confidence(organ: organ, voxel: $0) }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The same in pieces of so many slices.
    func cut(_ depth: Int) -> [Prediction] {
        let slice = shape.x * shape.y
        return stride(from: 0, to: shape.z, by: depth).map { first in
            let end = min(first + depth, shape.z)
            func piece(_ scores: [[Score]]) -> [[Score]] { scores.map { Array($0[first * slice..<end * slice]) } }
            return Prediction(
                shape: GridShape(shape.x, shape.y, end - first), firstSlice: first, logits: piece(logits),
                confidenceLogits: ownConfidenceLogits.map(piece), kind: kind)
        }
    }
}

extension Predictor {
    func predict(_ item: TrainingCase) throws -> Prediction {
        var whole = WholePrediction()
        try predict(item, into: &whole)
        return whole.prediction
    }
}

extension Relabeller {
    func candidates(_ item: TrainingCase, _ prediction: Prediction) -> [LabelCandidate] {
        var collector = collector(for: item)
        collector.add(prediction)
        collector.finish()
        return collector.candidates()
    }

    /// The pseudo labels of a volume, ranked within it.
    func relabel(_ item: TrainingCase, _ prediction: Prediction) -> [PseudoLabel] {
        candidates(item, prediction).map { label($0) }
    }
}

/// A recipe for round 0 with seed 1 and few steps.
func smallRecipe(_ change: (inout RoundRecipe) -> Void = { _ in }) -> RoundRecipe {
    var recipe = RoundRecipe(
        round: 0, isFresh: true, seed: 1, steps: 2, learningRate: 1e-2, pseudoWeight: 1, confidence: .residual,
        confidenceSteps: 150)
    change(&recipe)
    return recipe
}

let smallOrigin = TrainingOrigin(configuration: "c0ffee", revision: 7, program: "tests")

func smallSettings(_ change: (inout LearningSettings) -> Void = { _ in }) -> LearningSettings {
    var settings = LearningSettings()
    settings.contextSlices = 3
    settings.widths = [8, 16]
    settings.patch = [16, 16]
    settings.batch = 4
    settings.precision = .float32
    settings.learningRate = 1e-2
    change(&settings)
    return settings
}
