internal import Batches
internal import Catalog
internal import Domain
internal import Imaging
internal import Learning
internal import Objects
internal import Plans
internal import System
internal import Tensors
internal import Trainers
internal import Workflows

/// Predicts volumes by an outside program.
struct OutsidePredictor: VolumePredictor {
    let trainer: OutsideTrainer
    let library: CaseLibrary
    let rule: KnownVoxelRule
    let plan: RunPlan
    let store: any ObjectStore
    let thread: TensorThread

    func predict<Sink: PredictionSink>(
        _ item: TrainingCase, into makeSink: @escaping @Sendable () -> Sink, with weights: RoundWeights,
        isStopping: @escaping @Sendable () -> Bool
    ) async throws -> Sink {
        let checkpoint = try await store.getVerified(ObjectID(digest: weights.network, size: 0))
        return try await trainer.run(
            { try makeJob(item, checkpoint, weights.round, in: $0) }, isStopping: isStopping
        ) { ending, job in
            guard ending == .done else { throw CancellationError() }
            var sink = makeSink()
            try read(job.cases, item, into: &sink, isStopping: isStopping)
            return sink
        }
    }

    private func makeJob(_ item: TrainingCase, _ checkpoint: [UInt8], _ round: Int, in folder: JobFolder) throws
        -> TrainerJob
    {
        let volume = library.snapshot.volumes[item.volume]
        let image = try volume.map(library.cache.imageFile) ?? write(item, in: folder)
        return TrainerJob(
            stage: .predict, run: plan.name, round: round, seed: plan.seed, organs: library.organs.map(\.rawValue),
            exclusions: rule.exclusions(of: library.organs),
            cases: [
                TrainerJob.Case(
                    item, modality: volume?.modality ?? plan.modalities[0], image: image,
                    logits: "\(folder.path)/\(item.volume).logits")
            ],
            checkpoint: try folder.write(checkpoint, to: "round.checkpoint"))
    }

    /// An image that is in no cache.
    private func write(_ item: TrainingCase, in folder: JobFolder) throws -> String {
        let map = item.normalisation
        let statistics = IntensityStatistics(
            minimum: Double(map.low), maximum: Double(map.high), mean: Double(map.mean),
            deviation: 1 / Double(map.inverseDeviation), low: Double(map.low), high: Double(map.high))
        let (cache, name) = (VolumeCache(folder: folder.path), "image")
        let voxels = item.image.withVoxels { VoxelBuffer(Array($0)) }
        try cache.store(
            .int16(voxels), shape: item.shape, spacing: item.spacing,
            intensities: ImageIntensities(codes: item.image.codes, statistics: statistics), as: name)
        return cache.volumePath(name)
    }

    private func read(
        _ cases: [TrainerJob.Case], _ item: TrainingCase, into sink: inout some PredictionSink,
        isStopping: () -> Bool
    ) throws {
        guard let path = cases.first?.logits else { preconditionFailure("a case to be predicted has a file of logits") }
        let volume = item.volume.rawValue
        let file = try LogitsFile(
            path, volume: volume, shape: item.shape, organs: library.organs.count,
            stepsPerLogit: Prediction.stepsPerLogit)
        for z in 0..<item.shape.z {
            if isStopping() { throw CancellationError() }
            sink.add(
                Prediction(
                    shape: GridShape(item.shape.x, item.shape.y, 1), firstSlice: z,
                    logits: try file.slice(z, volume: volume), kind: plan.confidence))
        }
        sink.finish()
    }
}
