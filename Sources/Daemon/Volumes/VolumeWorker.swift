internal import Catalog
internal import Domain
internal import Imaging
internal import Learning
internal import Objects
internal import Plans
internal import Postgres
internal import Rounds
internal import System
internal import Tensors
internal import Workflows

/// Predicts and relabels single volumes for the rounds of one run, for its own daemon or another's.
actor VolumeWorker {
    let library: CaseLibrary
    let predictor: RoundPredictor
    private let plan: RunPlan
    private let rule: KnownVoxelRule
    private let catalog: TrainingCatalog
    private let store: any ObjectStore
    private let thread: TensorThread
    private let work = BlockingWork()
    private var kept: KeptCandidates

    /// The work on one volume for a round.
    struct Task: Sendable {
        let volume: VolumeID
        let round: RoundRecord
        let weights: RoundWeights
        /// 1 for the first attempt.
        var attempt = 1
        let isStopping: @Sendable () -> Bool
    }

    init(
        library: CaseLibrary, predictor: RoundPredictor, plan: RunPlan, rule: KnownVoxelRule, catalog: TrainingCatalog,
        store: any ObjectStore, thread: TensorThread, keptBytes: Int
    ) {
        (self.library, self.predictor, self.plan, self.rule) = (library, predictor, plan, rule)
        (self.catalog, self.store, self.thread) = (catalog, store, thread)
        kept = KeptCandidates(limitInBytes: keptBytes)
    }

    /// Predicts a volume and measures the prediction: against the annotations of a volume of the part validation, else the scores
    /// of the voxels that can be accepted. What a volume to be relabelled offers is kept where there is room.
    func measure(_ task: Task) async throws -> VolumeMeasures {
        guard let volume = library.snapshot.volumes[task.volume] else { return VolumeMeasures() }
        let item = try await library.makeCase(volume)
        let prediction = try await predict(item, task)
        if volume.part == .validation { return try await compare(prediction, item, volume) }
        let relabeller = try relabeller(task)
        let candidates = try await thread.run { relabeller.candidates(item, prediction) }
        kept.keep(candidates, of: task.volume, with: task.weights)
        return VolumeMeasures(candidates, organs: library.organs)
    }

    /// Compares the masks that the round would publish with the annotations of a volume, on the volume's own grid.
    private func compare(
        _ prediction: Prediction, _ item: TrainingCase, _ volume: RunVolume
    ) async throws -> VolumeMeasures {
        let (labels, grid, organs) = (try await library.truth(of: volume), library.grid(of: volume), library.organs)
        return try await thread.run { [rule] in
            let masks = ExclusiveMasks(item, prediction, rule: rule)
            return VolumeMeasures(
                overlaps: Evaluator.overlaps(labels, shape: volume.shape) { grid.up(masks.foregrounds[$0]) },
                ranking: RankingQuality(organs: organs.count).adding(item, prediction, masks: masks.foregrounds),
                confidences: masks.confidences, softDice: masks.softDice, organs: organs)
        }
    }

    /// Stages the pseudo labels of a volume.
    ///
    /// - Parameters:
    ///   - claim: of the run, or of the job that relabels the volume.
    ///   - pooled: scores of all volumes by organ, where organs are ranked over the whole round.
    /// - Returns: the number of labels without those withheld; 0 for a volume that is no longer one of the run.
    func relabel(
        _ task: Task, round: RoundID, under claim: Claim, pooled: [ScoreHistogram?]?
    ) async throws -> Int {
        guard let volume = library.snapshot.volumes[task.volume] else { return 0 }
        let labels = try await labels(task, pooled: pooled)
        do {
            try await stage(labels, volume, round: round, under: claim)
        } catch let error as PostgresError where error.sqlState == "LA010" {
            return 0  // excluded or removed meanwhile
        }
        return labels.count { $0.withheld == nil }
    }

    /// The pseudo labels of a volume, on the run's grid, also those that are withheld.
    ///
    /// - Parameter pooled: as in `relabel`.
    func labels(_ task: Task, pooled: [ScoreHistogram?]?) async throws -> [JudgedLabel] {
        let (relabeller, volume) = (try relabeller(task), try volume(task))
        let candidates = try await candidates(task, relabeller)
        let labels = try await thread.run { candidates.map { relabeller.label($0, pooled: pooled?[$0.organ]) } }
        let judge = LabelJudge(plan: plan, round: task.round, organs: library.organs, snapshot: library.snapshot)
        return try await judge.judge(labels) { try await library.annotatedMask(of: $0, in: volume) }
    }

    /// Those that are kept since the volume was measured, or else those of a new prediction.
    private func candidates(_ task: Task, _ relabeller: Relabeller) async throws -> [LabelCandidate] {
        let volume = try volume(task)
        if let earlier = try kept.take(task.volume, shape: library.grid(of: volume).shape, with: task.weights) {
            return earlier
        }
        let item = try await library.makeCase(volume)
        let prediction = try await predict(item, task)
        return try await thread.run { relabeller.candidates(item, prediction) }
    }

    private func predict(_ item: TrainingCase, _ task: Task) async throws -> Prediction {
        try await predictor.predict(item, with: task.weights, attempt: task.attempt, isStopping: task.isStopping)
    }

    /// - Throws: `RoundsError.unrecoverable` for a round that does not relabel now.
    private func relabeller(_ task: Task) throws -> Relabeller {
        guard let relabelling = task.round.relabelling else {
            throw RoundsError.unrecoverable(reason: "round \(task.round.number) does not relabel now")
        }
        return Relabeller(rule: rule, recipe: plan.recipe(of: relabelling))
    }

    /// - Throws: `RoundsError.unrecoverable` where the volume is no longer one of the run.
    private func volume(_ task: Task) throws -> RunVolume {
        guard let volume = library.snapshot.volumes[task.volume] else {
            throw RoundsError.unrecoverable(reason: "volume \(task.volume) is no longer a volume of the run")
        }
        return volume
    }

    /// Stores the masks of a volume as one object and stages them.
    private func stage(
        _ labels: [JudgedLabel], _ volume: RunVolume, round: RoundID, under claim: Claim
    ) async throws {
        guard let checkpoint = try await catalog.checkpoint(of: round, kind: .network) else {
            throw RoundsError.unrecoverable(reason: "the checkpoint of the round is not recorded")
        }
        let (grid, organs) = (library.grid(of: volume), library.organs)
        try await catalog.stage(claim, round: round, checkpoint: checkpoint.id, volume: volume.id) {
            guard !labels.isEmpty else { return [] }
            let pack = await work.run { PseudoLabelPack(labels, of: volume.id, organs: organs, on: grid) }
            return pack.masks(in: try await store.put(pack.bytes))
        }
    }
}
