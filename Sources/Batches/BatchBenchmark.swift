internal import Domain
internal import Glibc
public import Plans
internal import System

/// Measures how fast batches are cut out of a volume in memory, beside a copy of as many bytes.
public struct BatchBenchmark: Hashable, Sendable {
    public let organs: Int
    /// Of three dimensions, with cubic patches.
    public let settings: LearningSettings

    /// - Parameters:
    ///   - edge: of the cubic patches in voxels, from 16 on.
    ///   - batch: patches in a batch.
    ///   - threads: that fill batches, and that copy.
    public init(organs: Int, edge: Int, batch: Int, threads: Int, settings: LearningSettings = LearningSettings()) {
        precondition(edge >= 16, "patches from 16 on")
        var settings = settings
        (settings.dimensions, settings.contextSlices, settings.batch) = (3, 1, batch)
        (settings.patch, settings.loaders) = ([edge, edge, edge], threads)
        (self.organs, self.settings) = (organs, settings)
    }

    public struct Result: Hashable, Sendable {
        public let patchesPerSecond: Double
        /// As many bytes copied by memcpy on as many threads, in patches in a second.
        public let copiesPerSecond: Double
        /// Of one patch: its image in float32 and a byte for each organ and voxel.
        public let bytesPerPatch: Int
    }

    /// Blocks.
    ///
    /// - Precondition: at least one batch.
    public func run(batches: Int, warmUp: Int = 4) throws -> Result {
        precondition(batches > 0, "at least one batch")
        let slots = (0...max(2, settings.loaders)).map { _ in Slot(settings, organs: organs) }
        let sampler = try Sampler(
            [volume(edge: settings.patch[0])], settings: settings,
            rule: KnownVoxelRule(organCount: organs, exclusions: []))
        let producer = try BatchProducer(
            sampler, Sampler.Course(seed: 1, round: 0), into: slots.map(\.memory), steps: 0..<warmUp + batches,
            threads: settings.loaders)
        for _ in 0..<warmUp { _ = try producer.take() }
        let filling = try seconds { for _ in 0..<batches { _ = try producer.take() } }
        producer.stop()
        withExtendedLifetime(slots) {}
        let patches = Double(batches * settings.batch)
        let bytes = settings.patch.reduce(1, *) * (MemoryLayout<Float>.size + organs)
        return Result(
            patchesPerSecond: patches / filling, copiesPerSecond: patches / (try copying(bytes, patches: Int(patches))),
            bytesPerPatch: bytes)
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let began = ContinuousClock.now
        try body()
        return (ContinuousClock.now - began) / .seconds(1)
    }

    /// Seconds that the threads take to copy the bytes of so many patches between as many places as batches have.
    private func copying(_ bytes: Int, patches: Int) throws -> Double {
        let memory = (0..<settings.loaders).map { _ in CopiedMemory(bytes: bytes, places: settings.batch * 2) }
        let running = SharedState(settings.loaders)
        return try seconds {
            for (thread, own) in memory.enumerated() {
                let isStarted = DetachedThread.start {
                    for i in stride(from: thread, to: patches, by: memory.count) { own.copy(i) }
                    running.change { $0 -= 1 }
                }
                guard isStarted else { throw BatchError.noThread }
            }
            running.wait { $0 == 0 ? () : nil }
        }
    }

    /// A volume a little larger than a patch, with noise as image: organs in ellipsoids, of which every fourth is not labelled and
    /// about three in ten of the others have a pseudo label.
    private func volume(edge: Int) -> TrainingCase {
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

/// The memory of a batch.
private final class Slot: Sendable {
    let memory: BatchMemory
    private let image: MemoryBlock<Float>
    private let states: MemoryBlock<UInt8>

    init(_ settings: LearningSettings, organs: Int) {
        let voxels = settings.batch * settings.patch.reduce(1, *)
        (image, states) = (MemoryBlock(count: voxels), MemoryBlock(count: voxels * organs))
        memory = BatchMemory(
            rows: settings.batch, image: image.values, states: states.values,
            composite: UnsafeMutableBufferPointer(start: nil, count: 0))
    }
}

/// Patches in memory that are copied from place to place.
///
/// `@unchecked Sendable`: one thread uses it.
private final class CopiedMemory: @unchecked Sendable {
    private let source, target: UnsafeMutableRawPointer
    private let bytes, places: Int

    init(bytes: Int, places: Int) {
        (self.bytes, self.places) = (bytes, places)
        source = .allocate(byteCount: bytes * places, alignment: 64)
        target = .allocate(byteCount: bytes * places, alignment: 64)
        memset(source, 1, bytes * places)
        memset(target, 0, bytes * places)
    }

    func copy(_ index: Int) { memcpy(target + index % places * bytes, source + index % places * bytes, bytes) }

    deinit {
        source.deallocate()
        target.deallocate()
    }
}
