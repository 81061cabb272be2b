internal import Catalog
internal import Domain
internal import Learning
internal import Objects
internal import Rounds
internal import Tensors

/// Trains, calibrates, evaluates and relabels with libtorch, for the driver.
///
/// All libtorch work runs on one `TensorThread`; this actor only hands it over and stores what comes back.
actor LearningWorker {
    let library: CaseLibrary
    let settings: LearningSettings
    let plan: NetworkPlan
    let rule: KnownVoxelRule
    let catalog: TrainingCatalog
    let rounds: CatalogRoundStore
    let store: ObjectFolder
    let thread: TensorThread
    /// Writes checkpoints while `thread` trains on: a kill then loses the steps since the last one, not the round.
    private let storage = TensorThread()
    /// Predictions of validation volumes by round, made by calibration and used again by evaluation.
    var predictions: (round: Int, byVolume: [VolumeID: Prediction])?
    /// Scores of all volumes of the round, where organs are ranked over the whole round.
    var pooled: (round: Int, histograms: [ScoreHistogram?])?

    init(
        library: CaseLibrary, settings: LearningSettings, ontology: Ontology, catalog: TrainingCatalog,
        rounds: CatalogRoundStore, store: ObjectFolder
    ) {
        (self.library, self.settings, self.catalog) = (library, settings, catalog)
        (self.rounds, self.store) = (rounds, store)
        plan = settings.plan(organs: library.organs.map(\.rawValue))
        rule = ontology.knownVoxelRule(for: library.organs)
        thread = TensorThread(threads: settings.threads == 0 ? nil : settings.threads)
    }

    // MARK: - What the parts share

    /// The cases of a part with its annotations alone.
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
        let library = library
        var cases: [TrainingCase] = []
        for volume in library.volumes(in: part) {
            try context.checkStop()
            let labels = pseudo[volume.id] ?? []
            cases.append(try await thread.run { try library.makeCase(volume, pseudo: labels) })
        }
        return cases
    }

    func checkpoint(_ weights: StoredWeights) async throws -> Checkpoint { try await checkpoint(weights.object) }

    func checkpoint(_ object: Digest) async throws -> Checkpoint {
        let store = store
        return try await thread.run {
            try Checkpoint(bytes: try store.getVerified(ObjectID(digest: object, size: 0)))
        }
    }

    /// Stores a checkpoint, fitted to the annotations of a part, and the row that names it.
    func save(
        _ checkpoint: Checkpoint, round: Int, kind: CheckpointKind, part: SplitPart, step: Int
    ) async throws -> ObjectID {
        let store = store
        var stored: ObjectID?
        try await rounds.fenced {
            _ = try await catalog.recordCheckpoint(
                rounds.claim, round: rounds.roundID(round), kind: kind, part: part, step: step
            ) {
                let object = try await storage.run { try store.put(checkpoint.bytes()) }
                stored = object
                return (object.digest, object.size)
            }
        }
        guard let stored else { preconditionFailure("a recorded checkpoint was stored") }
        return stored
    }

    /// Predicts one case with the round's weights and, where it has one, its confidence head.
    func predict(_ item: TrainingCase, _ round: RoundRecord) async throws -> Prediction {
        guard let weights = round.weights else { preconditionFailure("a trained round has weights") }
        var head: Checkpoint?
        if let fitted = round.calibration?.weights { head = try await checkpoint(fitted) }
        return try await predict(item, try await checkpoint(weights), head)
    }

    func predict(_ item: TrainingCase, _ network: Checkpoint, _ head: Checkpoint?) async throws -> Prediction {
        let (plan, settings) = (plan, settings)
        return try await thread.run {
            let unet = try UNet(plan, seed: 0)
            try unet.parameters.load { network[$0] }
            return try Predictor(unet, head: try head.map { try ConfidenceHead($0) }, settings: settings).predict(item)
        }
    }
}

extension RoundContext {
    /// - Throws: `CancellationError` where the daemon is asked to stop; work without a state to resume from is done again.
    func checkStop() throws {
        if isStopping() { throw CancellationError() }
    }
}

extension Ontology {
    /// Which of the organs exclude each other, and which are parts of others of them.
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
