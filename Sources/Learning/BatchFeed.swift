public import Batches
public import Plans
internal import System

/// The batches of a training one after another, filled ahead of it on threads of their own.
public final class BatchFeed {
    private let batches: [Batch]
    private let producer: BatchProducer

    /// Batches that are filled while one is in use.
    private static let ahead = 2

    /// - Parameters:
    ///   - steps: the numbers of the batches.
    ///   - pseudoWeight: the weight of voxels that only a pseudo label knows, above 0 to 1.
    public init(
        _ sampler: Sampler, _ course: Sampler.Course, steps: Range<Int>, plan: NetworkPlan, settings: LearningSettings,
        pseudoWeight: Double = 1
    ) throws {
        let (threads, device) = (settings.loaderThreads, try settings.usedDevice())
        batches = try (0...max(Self.ahead, threads)).map { _ in
            try Batch(
                rows: sampler.rows, channels: plan.inputChannels, organs: plan.organs.count,
                patch: settings.patchAxes, compositeSets: sampler.compositeSets, pseudoWeight: Float(pseudoWeight),
                device: device)
        }
        producer = try BatchProducer(
            sampler, course, into: try batches.map { try $0.memory() }, steps: steps, threads: threads)
    }

    /// The next batch, until the next call. Waits for it.
    ///
    /// - Throws: the reason why a volume cannot be had.
    /// - Precondition: a batch is left.
    public func next() throws -> (batch: Batch, origins: [PatchOrigin]) {
        let taken = try producer.take()
        return (batches[taken.slot], taken.origins)
    }

    deinit { producer.stop() }
}

extension LearningSettings {
    /// Threads that fill batches.
    var loaderThreads: Int { loaders > 0 ? loaders : min(4, max(1, UsableCores.count / 2)) }
}
