internal import Catalog
internal import Domain
internal import Learning
internal import Objects
internal import Rounds
internal import System
internal import Tensors
internal import Workflows

/// Trains, fits confidences, evaluates and relabels with libtorch, for the driver.
///
/// All libtorch work runs on one `TensorThread`; this actor passes work to it and stores the results.
actor LearningWorker {
    let library: CaseLibrary
    let settings: LearningSettings
    let confidence: ConfidenceMethod
    let plan: NetworkPlan
    let rule: KnownVoxelRule
    let origin: TrainingOrigin
    let catalog: TrainingCatalog
    let rounds: CatalogRoundStore
    let store: any ObjectStore
    let thread: TensorThread
    let work = BlockingWork()
    /// Predictions of the validation volumes of a round, made for the confidence fit and reused by the evaluation.
    var predictions: (round: Int, byVolume: [VolumeID: Prediction])?
    /// Scores of all volumes of a round, where organs are ranked over the whole round.
    var pooled: (round: Int, histograms: [ScoreHistogram?])?

    init(
        library: CaseLibrary, configuration: DaemonConfiguration, origin: TrainingOrigin, ontology: Ontology,
        catalog: TrainingCatalog, rounds: CatalogRoundStore, store: any ObjectStore
    ) {
        let settings = configuration.settings
        self.settings = settings
        confidence = configuration.plan.confidence
        (self.library, self.origin, self.catalog) = (library, origin, catalog)
        (self.rounds, self.store) = (rounds, store)
        plan = settings.plan(organs: library.organs.map(\.rawValue))
        rule = ontology.knownVoxelRule(for: library.organs)
        thread = TensorThread(threads: settings.threads == 0 ? nil : settings.threads)
    }

    // MARK: - Shared by the parts

    /// The cases of a part with their annotations alone.
    func cases(in part: SplitPart, _ context: RoundContext) async throws -> [TrainingCase] {
        try await cases(in: part, pseudo: [:], context)
    }

    /// The training cases, with the labels that the round before published.
    func trainingCases(_ context: RoundContext) async throws -> [TrainingCase] {
        guard let previous = context.previous else { return try await cases(in: .train, context) }
        let published = try await catalog.pseudoLabels(of: rounds.roundID(previous.number))
        return try await cases(in: .train, pseudo: Dictionary(grouping: published, by: \.volume), context)
    }

    private func cases(
        in part: SplitPart, pseudo: [VolumeID: [RoundLabel]], _ context: RoundContext
    ) async throws -> [TrainingCase] {
        var cases: [TrainingCase] = []
        for volume in library.snapshot.volumes(in: part) {
            try context.checkStop()
            cases.append(try await library.makeCase(volume, pseudo: pseudo[volume.id] ?? []))
        }
        return cases
    }

    func checkpoint(_ weights: StoredWeights) async throws -> Checkpoint { try await checkpoint(weights.object) }

    func checkpoint(_ object: Digest) async throws -> Checkpoint {
        let bytes = try await store.getVerified(ObjectID(digest: object, size: 0))
        return try await thread.run { try Checkpoint(bytes: bytes) }
    }

    /// Stores a checkpoint and the row that names it, with the part whose annotations it was fitted to. Training continues
    /// meanwhile on its thread, so that a kill loses the steps since the last checkpoint only.
    func save(
        _ checkpoint: Checkpoint, round: Int, kind: CheckpointKind, part: SplitPart, step: Int
    ) async throws -> ObjectID {
        var stored: ObjectID?
        try await rounds.fenced {
            _ = try await catalog.recordCheckpoint(
                rounds.claim, round: rounds.roundID(round), kind: kind, part: part, step: step
            ) {
                let object = try await store.put(checkpoint.bytes())
                stored = object
                return (object.digest, object.size)
            }
        }
        guard let stored else { preconditionFailure("a recorded checkpoint is stored") }
        return stored
    }

    /// Predicts one case with the round's weights and, where it has one, its confidence head.
    func predict(_ item: TrainingCase, _ round: RoundRecord) async throws -> Prediction {
        guard let weights = round.weights else { preconditionFailure("a trained round has weights") }
        var head: Checkpoint?
        if let fitted = round.confidenceFit?.weights { head = try await checkpoint(fitted) }
        return try await predict(item, try await checkpoint(weights), head)
    }

    func predict(_ item: TrainingCase, _ network: Checkpoint, _ head: Checkpoint?) async throws -> Prediction {
        let (settings, confidence) = (settings, confidence)
        return try await thread.run {
            let unet = try UNet(network)
            let head = try head.map { try ConfidenceHead($0) }
            return try Predictor(unet, head: head, confidence: confidence, settings: settings).predict(item)
        }
    }
}

extension RoundContext {
    /// - Throws: `CancellationError` where the daemon is asked to stop; work without a checkpoint is then repeated.
    func checkStop() throws {
        if isStopping() { throw CancellationError() }
    }
}

extension Ontology {
    /// The rule for these organs: which exclude each other, and which are parts of others.
    func knownVoxelRule(for organs: [OrganKey]) -> KnownVoxelRule {
        var exclusions: [(Int, Int)] = []
        var parts: [(part: Int, whole: Int)] = []
        for a in organs.indices {
            for b in organs.indices where a != b {
                if a < b, excludes(organs[a], organs[b]) { exclusions.append((a, b)) }
                if self.parts(of: organs[b]).contains(organs[a]) { parts.append((part: a, whole: b)) }
            }
        }
        return KnownVoxelRule(organCount: organs.count, exclusions: exclusions, parts: parts)
    }
}
