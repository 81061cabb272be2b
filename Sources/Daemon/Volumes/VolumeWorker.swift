internal import Batches
internal import Catalog
internal import Domain
internal import Imaging
internal import Learning
internal import Numerics
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
    let predictor: any VolumePredictor
    private let plan: RunPlan
    private let rule: KnownVoxelRule
    private let catalog: TrainingCatalog
    private let store: any ObjectStore
    private let thread: TensorThread
    /// Of the work on one prediction; nil: one for each processor core.
    private let threads: Int?
    private let work = BlockingWork()
    private var kept: KeptCandidates

    /// The work on one volume for a round.
    struct Task: Sendable {
        let volume: VolumeID
        let round: RoundRecord
        let weights: RoundWeights
        let isStopping: @Sendable () -> Bool
    }

    init(
        library: CaseLibrary, predictor: any VolumePredictor, plan: RunPlan, rule: KnownVoxelRule,
        catalog: TrainingCatalog,
        store: any ObjectStore, thread: TensorThread, threads: Int?, keptBytes: Int
    ) {
        (self.library, self.predictor, self.plan, self.rule) = (library, predictor, plan, rule)
        (self.catalog, self.store, self.thread, self.threads) = (catalog, store, thread, threads)
        kept = KeptCandidates(limitInBytes: keptBytes)
    }

    /// Predicts a volume and measures the prediction: against the annotations of a volume of the part validation, else the scores
    /// of the voxels that can be accepted. What a volume to be relabelled offers is kept where there is room.
    func measure(_ task: Task) async throws -> VolumeMeasures {
        guard let volume = library.snapshot.volumes[task.volume] else { return VolumeMeasures() }
        let item = try await library.makeCase(volume)
        if volume.part == .validation {
            let held = try await predict(
                item, { [rule, threads] in HeldOutCollector(item, rule: rule, threads: threads) }, task)
            return try await compare(held, volume)
        }
        let relabeller = try relabeller(task)
        let collector = try await predict(item, { relabeller.collector(for: item) }, task)
        let candidates = try await thread.run { collector.candidates() }
        kept.keep(candidates, of: task.volume, with: task.weights)
        return VolumeMeasures(candidates, organs: library.organs)
    }

    /// Compares the masks that the round would publish with the annotations of a volume; the overlaps are those on its own grid.
    private func compare(_ held: HeldOutCollector, _ volume: RunVolume) async throws -> VolumeMeasures {
        let (labels, grid, organs) = (try await library.truth(of: volume), library.grid(of: volume), library.organs)
        let onePart = plan.organsKeptInOnePart
        return try await thread.run {
            let results = held.results(keepingLargestPartOf: onePart)
            func overlaps(_ masks: [BitVolume]) -> [OverlapCounts?] {
                Evaluator.overlaps(labels, shape: volume.shape) { grid.up(masks[$0]) }
            }
            let (whole, largestParts) = (overlaps(results.whole), overlaps(results.largestParts))
            return VolumeMeasures(results, whole: whole, largestParts: largestParts, onePart: onePart, organs: organs)
        }
    }

    /// Stages the pseudo labels of a volume.
    ///
    /// - Parameters:
    ///   - claim: of the run, or of the job that relabels the volume.
    ///   - pooled: scores of all volumes by organ, where organs are ranked over the whole round.
    /// - Returns: the changes since the round before; none for a volume that is no longer one of the run.
    func relabel(
        _ task: Task, round: RoundID, under claim: Claim, pooled: [ScoreHistogram?]?
    ) async throws -> VolumeMeasures {
        guard let volume = library.snapshot.volumes[task.volume] else { return VolumeMeasures() }
        let masks = try await catalog.masksBefore(round, of: volume.id)
        let labels = try await labels(task, pooled: pooled, before: masks)
        do {
            try await stage(labels, volume, round: round, under: claim)
        } catch let error as PostgresError where error.sqlState == "LA010" {
            return VolumeMeasures()  // excluded or removed meanwhile
        }
        return VolumeMeasures(changes: labels, organs: library.organs)
    }

    /// The pseudo labels of a volume, on the run's grid, also those that are withheld.
    ///
    /// - Parameters:
    ///   - pooled: as in `relabel`.
    ///   - before: the masks of the round before.
    func labels(_ task: Task, pooled: [ScoreHistogram?]?, before: [RoundLabel] = []) async throws -> [JudgedLabel] {
        let (relabeller, volume) = (try relabeller(task), try volume(task))
        let candidates = try await candidates(task, relabeller)
        let labels = try await thread.run { relabeller.labels(candidates, pooled: pooled) }
        let judge = LabelJudge(
            plan: plan, round: task.round, organs: library.organs, snapshot: library.snapshot, threads: threads)
        let changes = try await changes(labels, before, volume)
        return try await judge.judge(labels, changes: changes) { try await library.annotatedMask(of: $0, in: volume) }
    }

    /// 1 − Dice of each label and the mask of the round before, on the volume's own grid, by index of the organ. Two empty masks have
    /// not changed.
    private func changes(
        _ labels: [PseudoLabel], _ before: [RoundLabel], _ volume: RunVolume
    ) async throws -> [Int: LabelChange] {
        let (grid, organs) = (library.grid(of: volume), library.organs)
        var changes: [Int: LabelChange] = [:]
        for label in labels {
            guard let earlier = before.first(where: { $0.organ == organs[label.organ] }) else { continue }
            guard let mask = try await readable(earlier, volume)?.foreground else {
                changes[label.organ] = .unreadable
                continue
            }
            changes[label.organ] = await work.run {
                .measured(1 - (Dice.coefficient(mask, grid.up(label.foreground)) ?? 1))
            }
        }
        return changes
    }

    /// Nil where the mask is missing or damaged.
    private func readable(_ label: RoundLabel, _ volume: RunVolume) async throws -> Mask? {
        do {
            return try await MaskReader(store: store).read(label.mask, shape: volume.shape)
        } catch let error as ObjectStoreError where error.isDamage {
            return nil
        } catch is WorkflowError {
            return nil
        }
    }

    /// Those that are kept since the volume was measured, or else those of a new prediction.
    private func candidates(_ task: Task, _ relabeller: Relabeller) async throws -> [LabelCandidate] {
        let volume = try volume(task)
        if let earlier = try kept.take(task.volume, shape: library.grid(of: volume).shape, with: task.weights) {
            return earlier
        }
        let item = try await library.makeCase(volume)
        let collector = try await predict(item, { relabeller.collector(for: item) }, task)
        return try await thread.run { collector.candidates() }
    }

    private func predict<Sink: PredictionSink>(
        _ item: TrainingCase, _ makeSink: @escaping @Sendable () -> Sink, _ task: Task
    ) async throws -> Sink {
        try await predictor.predict(
            item, into: makeSink, with: task.weights, isStopping: task.isStopping)
    }

    /// - Throws: `RoundsError.unrecoverable` for a round that does not relabel now.
    private func relabeller(_ task: Task) throws -> Relabeller {
        guard let relabelling = task.round.relabelling else {
            throw RoundsError.unrecoverable(reason: "round \(task.round.number) does not relabel now")
        }
        return Relabeller(rule: rule, recipe: plan.recipe(of: relabelling), threads: threads)
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
            let pack = await work.run { [threads] in
                PseudoLabelPack(labels, of: volume.id, organs: organs, on: grid, threads: threads)
            }
            return pack.masks(in: try await store.put(pack.bytes))
        }
    }
}
