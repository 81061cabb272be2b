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
        labels: [known ? .known(foreground: cube) : .unknown])
}

extension TrainingCase {
    /// On the grid of the case.
    func overlaps(_ prediction: Prediction) -> [OverlapCounts?] {
        Evaluator.overlaps(labels, shape: shape) { prediction.foreground(organ: $0) }
    }
}

extension Relabeller {
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
