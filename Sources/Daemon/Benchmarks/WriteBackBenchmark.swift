internal import Batches
internal import Catalog
internal import Domain
internal import Glibc
internal import Imaging
internal import Learning
internal import Objects
internal import Plans
internal import Rounds
internal import System
internal import Workflows

/// Measures the way of a volume's prediction from probabilities to committed rows, beside one pass over the probabilities and a write of the same
/// bytes. The network is not part of it.
struct WriteBackBenchmark {
    struct Result: Sendable {
        /// Of the fastest repetition: sorting and ranking the voxels, judging the masks, encoding them, and storing and committing them.
        var ranking, judging, encoding, committing: Duration
        /// Of one pass over the probabilities, and of a file with the bytes of the object, made durable.
        var reading, writing: Duration
        /// Of the object.
        var bytes: Int
        var labels: Int

        var total: Duration { ranking + judging + encoding + committing }
        /// Of what no program can leave out in the whole.
        var share: Double { (reading + writing) / total }
    }

    let catalogue: ScratchCatalogue
    let prediction: SyntheticPrediction
    let threads: Int
    private let clock = ContinuousClock()
    private let work = BlockingWork()

    /// - Parameter progress: called with the number of slices that are done.
    func run(repetition: Int, progress: @escaping @Sendable (Int) -> Void) async throws -> Result {
        let round = try await catalogue.startRound(run: "benchmark-\(repetition)")
        let (volume, organs) = (round.volume, round.organs)
        let relabeller = Relabeller(
            rule: round.rule, recipe: round.plan.recipe(of: round.relabelling), threads: threads)
        let ranked = await work.run { rank(relabeller, volume, organs.count, progress) }
        var began = clock.now
        let judge = LabelJudge(
            plan: round.plan, round: round.record, organs: organs, snapshot: round.snapshot, threads: threads)
        let labels = try await judge.judge(ranked.labels, changes: [:]) { _ in nil }
        let judging = clock.now - began
        began = clock.now
        let grid = TrainingGrid(native: volume.shape, nativeSpacing: volume.affine.spacing, wanted: nil)
        let pack = await work.run { [threads] in
            PseudoLabelPack(labels, of: volume.id, organs: organs, on: grid, threads: threads)
        }
        let encoding = clock.now - began
        began = clock.now
        try await catalogue.stage(round) { pack.masks(in: try await $0.put(pack.bytes)) }
        let committing = clock.now - began
        let writing = try await work.run { try write(pack.bytes) }
        return Result(
            ranking: ranked.duration, judging: judging, encoding: encoding, committing: committing,
            reading: ranked.reading, writing: writing, bytes: pack.bytes.count, labels: labels.count)
    }

    private struct Ranked: Sendable {
        let labels: [PseudoLabel]
        let duration, reading: Duration
    }

    /// Slices are made between the measured times. Blocks.
    private func rank(
        _ relabeller: Relabeller, _ volume: RunVolume, _ organs: Int, _ progress: (Int) -> Void
    ) -> Ranked {
        var collector = relabeller.collector(
            for: TrainingCase(
                volume: volume.id, shape: volume.shape, spacing: volume.affine.spacing,
                image: IntensityVoxels([Int16](repeating: 0, count: volume.shape.count)),
                normalisation: IntensityMap(window: LearningSettings()), labels: (0..<organs).map { _ in .unknown }))
        var (duration, reading, total) = (Duration.zero, Duration.zero, 0)
        for z in 0..<volume.shape.z {
            let slice = prediction.slice(z, threads: UsableCores.count)
            var began = clock.now
            total &+= slice.total(threads: threads)
            reading += clock.now - began
            began = clock.now
            collector.add(slice)
            duration += clock.now - began
            progress(z + 1)
        }
        // Otherwise the pass over the scores would have no effect, and need not be made.
        precondition(total != .min, "a sum of scores")
        let began = clock.now
        collector.finish()
        let labels = relabeller.labels(collector.candidates())
        return Ranked(labels: labels, duration: duration + (clock.now - began), reading: reading)
    }

    /// Blocks.
    private func write(_ bytes: [UInt8]) throws -> Duration {
        let began = clock.now
        let path = "\(catalogue.folder)/bytes"
        let file = try TemporaryFile(in: catalogue.folder)
        try file.write(bytes)
        try file.place(at: path)
        try Folder.synchronise(catalogue.folder)
        return clock.now - began
    }
}
