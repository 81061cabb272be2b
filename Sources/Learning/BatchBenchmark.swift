internal import Domain
internal import Glibc
internal import Plans
internal import System
internal import Tensors

/// Measures how fast batches are cut out of a volume in memory, beside a copy of as many bytes.
public struct BatchBenchmark: Hashable, Sendable {
    public let organs: Int
    /// Edge of the cubic patches in voxels.
    public let edge: Int
    /// Patches in a batch.
    public let batch: Int

    public init(organs: Int, edge: Int, batch: Int) { (self.organs, self.edge, self.batch) = (organs, edge, batch) }

    public struct Result: Hashable, Sendable {
        /// Patches in a second: the median of the batches.
        public let patchesPerSecond: Double
        /// As many bytes copied by memcpy on as many threads, in patches in a second: the median, too.
        public let copiesPerSecond: Double
        /// Of one patch: its image in float32 and a byte for each organ and voxel.
        public let bytesPerPatch: Int
        public let threads: Int
    }

    /// Blocks; to be run on a `TensorThread` whose number of threads is set.
    ///
    /// - Precondition: at least one batch; an edge from 16 on.
    public func run(batches: Int, warmUp: Int = 3) throws -> Result {
        precondition(batches > 0 && edge >= 16, "at least one batch of patches from 16 on")
        var settings = LearningSettings()
        (settings.dimensions, settings.contextSlices, settings.batch) = (3, 1, batch)
        settings.patch = [edge, edge, edge]
        let plan = settings.plan(organs: (0..<organs).map { "organ\($0)" })
        let rule = KnownVoxelRule(organCount: organs, exclusions: [])
        let sampler = try Sampler([volume()], plan: plan, settings: settings, rule: rule)
        let target = try sampler.makeBatch()
        let filled = try median(batches, warmUp) { try sampler.fill(target, seed: 1, round: 0, step: $0) }
        let bytes = edge * edge * edge * (MemoryLayout<Float>.size + organs)
        let copied = try copy(bytes, batches, warmUp)
        return Result(
            patchesPerSecond: Double(batch) / filled, copiesPerSecond: Double(batch) / copied, bytesPerPatch: bytes,
            threads: Torch.threads)
    }

    private func median(_ count: Int, _ warmUp: Int, _ body: (Int) throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let seconds = try (0..<count + warmUp).map { step in
            let began = clock.now
            try body(step)
            return (clock.now - began) / .seconds(1)
        }
        return seconds.dropFirst(warmUp).sorted()[count / 2]
    }

    private func copy(_ bytes: Int, _ count: Int, _ warmUp: Int) throws -> Double {
        let memory = CopiedMemory(bytes: bytes, rows: batch)
        return try median(count, warmUp) { _ in try Torch.parallel(batch) { memory.copy(row: $0) } }
    }

    /// A volume a little larger than a patch, with noise as image: organs in ellipsoids, of which every fourth is not labelled and
    /// about three in ten of the others have a pseudo label.
    private func volume() -> TrainingCase {
        let shape = GridShape(edge + edge / 2, edge + edge / 2, edge + edge / 4)
        var random = CounterRandom(1)
        let labels: [OrganLabel] = (0..<organs).map { organ in
            guard organ % 4 != 3 else { return .unknown }
            let organ = Ellipsoid(shape, &random)
            let foreground = organ.filled(shape)
            return random.unit() < 0.3
                ? .pseudo(foreground: foreground, known: Ellipsoid(shape, &random).filled(shape))
                : .known(foreground: foreground, extent: nil)
        }
        let voxels = (0..<shape.count).map { _ in Int16(random.unit() * 1400 - 1000) }
        return TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: Vector3(1, 1, 1), image: IntensityVoxels(voxels),
            normalisation: IntensityMap(window: LearningSettings()), labels: labels)
    }
}

private struct Ellipsoid {
    private let centre, radius: Vector3<Double>

    init(_ shape: GridShape, _ random: inout CounterRandom) {
        let size = Vector3(Double(shape.x), Double(shape.y), Double(shape.z))
        var (centre, radius) = (size, size)
        for axis in 0..<3 {
            centre[axis] *= 0.2 + 0.6 * random.unit()
            radius[axis] *= 0.08 + 0.15 * random.unit()
        }
        (self.centre, self.radius) = (centre, radius)
    }

    func filled(_ shape: GridShape) -> BitVolume {
        var mask = BitVolume(shape)
        for z in 0..<shape.z {
            for y in 0..<shape.y {
                for x in 0..<shape.x {
                    let place = Vector3(Double(x), Double(y), Double(z))
                    let distance = (0..<3).reduce(0.0) { sum, axis in
                        let step = (place[axis] - centre[axis]) / radius[axis]
                        return sum + step * step
                    }
                    if distance < 1 { mask[x, y, z] = true }
                }
            }
        }
        return mask
    }
}

/// Two blocks of memory, of which one is copied into the other, row by row.
///
/// `@unchecked Sendable`: each thread writes rows of its own.
private final class CopiedMemory: @unchecked Sendable {
    private let source, target: UnsafeMutableRawPointer
    private let bytes: Int

    init(bytes: Int, rows: Int) {
        self.bytes = bytes
        source = .allocate(byteCount: bytes * rows, alignment: 64)
        target = .allocate(byteCount: bytes * rows, alignment: 64)
        memset(source, 1, bytes * rows)
        memset(target, 0, bytes * rows)
    }

    func copy(row: Int) { memcpy(target + row * bytes, source + row * bytes, bytes) }

    deinit {
        source.deallocate()
        target.deallocate()
    }
}
