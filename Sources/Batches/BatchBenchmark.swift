package import Domain
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
        let slots = (0...max(2, settings.loaders)).map { _ in OwnedBatch(settings, organs: organs) }
        let sampler = try Sampler([volume], settings: settings, rule: rule)
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

    package var rule: KnownVoxelRule { KnownVoxelRule(organCount: organs, exclusions: []) }

    package var volume: TrainingCase { .forBenchmark(edge: settings.patch[0], organs: organs) }
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
