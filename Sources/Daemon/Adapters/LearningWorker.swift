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

/// Trains, fits confidences, evaluates and relabels, for the driver: with libtorch, or by an outside program.
///
/// All libtorch work runs on one `TensorThread`; this actor passes work to it, or to the program, and stores the results.
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
    let trainer: any NetworkTrainer
    /// Predicts and relabels single volumes.
    let volumes: VolumeWorker

    init(
        _ parts: RunParts, origin: TrainingOrigin, catalog: TrainingCatalog, rounds: CatalogRoundStore, queue: JobQueue,
        claims: HeldClaims, leases: ExpiredLeases, requests: CheckpointRequest, group: RunGroup?,
        tell: @escaping @Sendable (RunNotice) -> Void
    ) {
        (library, plan, rule, thread) = (parts.library, parts.network, parts.rule, parts.thread)
        mirror = parts.mirror
        (settings, store, volumes) = (parts.settings, parts.store, parts.volumes)
        (self.origin, self.catalog, self.rounds) = (origin, catalog, rounds)
        (self.queue, self.claims, self.leases) = (queue, claims, leases)
        if let outside = parts.outside {
            trainer = OutsideNetworkTrainer(trainer: outside, library: library, rule: rule)
        } else {
            let (plan, settings, rule, mirror) = (plan, settings, rule, mirror)
            trainer = BuiltInTrainer(
                library: library, learning: { Self.learning($0, plan, settings, origin, rule, mirror) }, thread: thread,
                requests: requests, group: group, tell: tell)
        }
    }

    // MARK: - Shared by the parts

    /// What a round learns with, beside its data.
    func learning(_ context: RoundContext) -> RoundLearning {
        Self.learning(context, plan, settings, origin, rule, mirror)
    }

    private static func learning(
        _ context: RoundContext, _ plan: NetworkPlan, _ settings: LearningSettings, _ origin: TrainingOrigin,
        _ rule: KnownVoxelRule, _ mirror: ChannelMirror
    ) -> RoundLearning {
        RoundLearning(
            plan, recipe: context.plan.recipe(ofRound: context.round.number, settings), settings: settings,
            origin: origin, rule: rule, mirror: mirror)
    }

    /// The labels that the round before published.
    func pseudoLabels(_ context: RoundContext) async throws -> [RoundLabel] {
        guard let previous = context.previous else { return [] }
        return try await catalog.pseudoLabels(of: rounds.roundID(previous.number))
    }

    func bytes(of object: Digest) async throws -> [UInt8] {
        try await store.getVerified(ObjectID(digest: object, size: 0))
    }

    /// Stores a checkpoint and the row that names it, with the part whose annotations it was fitted to. Training continues
    /// meanwhile on its thread, so that a kill loses the steps since the last checkpoint only.
    func save(
        _ bytes: () throws -> [UInt8], round: Int, kind: CheckpointKind, part: SplitPart, step: Int
    ) async throws -> ObjectID {
        var stored: ObjectID?
        try await rounds.fenced {
            _ = try await catalog.recordCheckpoint(
                rounds.claim, round: rounds.roundID(round), kind: kind, part: part, step: step
            ) {
                let object = try await store.put(bytes())
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
