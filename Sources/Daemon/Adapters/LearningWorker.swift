internal import Batches
internal import Catalog
internal import Domain
internal import Jobs
internal import Learning
internal import Objects
internal import Plans
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
    let plan: NetworkPlan
    let rule: KnownVoxelRule
    let mirror: ChannelMirror
    let origin: TrainingOrigin
    let catalog: TrainingCatalog
    let rounds: CatalogRoundStore
    let store: any ObjectStore
    let thread: TensorThread
    let queue: JobQueue
    let claims: HeldClaims
    let leases: ExpiredLeases
    /// Asks for a checkpoint of the training before it is due.
    let requests: CheckpointRequest
    /// Predicts and relabels single volumes.
    let volumes: VolumeWorker

    init(
        _ parts: RunParts, origin: TrainingOrigin, catalog: TrainingCatalog, rounds: CatalogRoundStore, queue: JobQueue,
        claims: HeldClaims, leases: ExpiredLeases, requests: CheckpointRequest
    ) {
        (library, plan, rule, thread) = (parts.library, parts.network, parts.rule, parts.thread)
        mirror = parts.mirror
        (settings, store, volumes) = (parts.settings, parts.store, parts.volumes)
        (self.origin, self.catalog, self.rounds) = (origin, catalog, rounds)
        (self.queue, self.claims, self.leases, self.requests) = (queue, claims, leases, requests)
    }

    // MARK: - Shared by the parts

    /// What a round learns with, beside its data.
    func learning(_ context: RoundContext) -> RoundLearning {
        RoundLearning(
            plan, recipe: context.plan.recipe(ofRound: context.round.number, settings), settings: settings,
            origin: origin, rule: rule, mirror: mirror)
    }

    /// The volumes of the part train, with the labels that the round before published.
    func training(_ context: RoundContext) async throws -> TrainingPreparation {
        var pseudo: [RoundLabel] = []
        if let previous = context.previous {
            pseudo = try await catalog.pseudoLabels(of: rounds.roundID(previous.number))
        }
        return await library.training(in: .train, rule, pseudo: pseudo)
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
}

extension RoundContext {
    /// - Throws: `CancellationError` where the daemon is asked to stop; work without a checkpoint is then repeated.
    func checkStop() throws {
        if isStopping() { throw CancellationError() }
    }
}
