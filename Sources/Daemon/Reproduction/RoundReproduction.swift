internal import Catalog
internal import Console
internal import Domain
internal import Learning
internal import Objects
internal import Plans
internal import Rounds
internal import System
internal import Tensors
internal import Workflows

/// Repeats a finished round from the snapshot of its run and the results of the round before, and compares. It holds no claim and
/// writes nothing but cached images.
struct RoundReproduction: Sendable {
    private let session: DaemonSession
    private let run: StoredRun
    private let stored: RoundRecord
    private let rounds: [StoredRound]
    private let snapshot: RunSnapshot
    private let scratch: ScratchObjects
    private let parts: RunParts
    private let learning: RoundLearning

    /// - Throws: `WorkflowError` of kind `badInput` for a round that the run does not have, of kind `conflict` for one that is not
    ///   finished.
    init(_ session: DaemonSession, run: StoredRun, round number: Int) async throws {
        let (catalog, plan) = (session.catalog, session.configuration.plan)
        (self.session, self.run) = (session, run)
        if let command = session.configuration.trainer.command {
            throw WorkflowError(
                .conflict, "run \(run.name) is trained by an outside program, \(command.joined(separator: " "))",
                remedy: "only rounds of the built-in trainer can be repeated bit for bit")
        }
        rounds = try await catalog.rounds(of: run.id)
        guard let row = rounds.first(where: { $0.number == number }) else {
            throw WorkflowError(
                .badInput, "run \(run.name) has no round \(number)",
                remedy: "lacuna round list \(run.name) lists its rounds")
        }
        stored = try RoundRecord(row)
        guard stored.state == .published, stored.weights != nil else {
            throw WorkflowError(
                .conflict, "round \(number) of run \(run.name) is \(stored.state.rawValue), not finished",
                remedy: "repeat a round that is published or closed")
        }
        snapshot = try await RunOpening(catalog: catalog).snapshot(of: run.id, plan)
        scratch = ScratchObjects(over: session.trainer.objects)
        parts = try await session.makeParts(snapshot, store: scratch)
        learning = RoundLearning(
            parts.network, recipe: plan.recipe(ofRound: number, parts.settings), settings: parts.settings,
            origin: DaemonSession.origin(of: run), rule: parts.rule, mirror: parts.mirror)
    }

    /// - Throws: `ObjectStoreError` and `TensorError` where the stored checkpoints cannot be read, and the errors of learning.
    func reproduce() async throws -> ReproducedRound {
        let original = try await checkpoint(stored.weights?.object)
        guard original.processes == [1] else {
            throw WorkflowError(
                .conflict, "round \(stored.number) of run \(run.name) was trained by several processes together",
                remedy: "only rounds of one process can be repeated bit for bit")
        }
        let network = try await train()
        var weights = RoundWeights(round: stored.number, network: await scratch.put(network.bytes()).digest, head: nil)
        var confidence: CheckpointComparison?
        if let fitted = stored.confidenceFit?.weights {
            let head = try await fitHead(under: network)
            confidence = CheckpointComparison(try await checkpoint(fitted.object), head)
            weights = RoundWeights(
                round: stored.number, network: weights.network, head: await scratch.put(head.bytes()).digest)
        }
        return ReproducedRound(
            run: run.name, round: stored.number, network: CheckpointComparison(original, network),
            confidence: confidence, masks: try await masks(with: weights),
            reasons: try await reasons(original, network))
    }

    private func checkpoint(_ object: Digest?) async throws -> Checkpoint {
        guard let object else { preconditionFailure("a finished round has weights") }
        return try Checkpoint(bytes: try await session.trainer.objects.getVerified(ObjectID(digest: object, size: 0)))
    }

    private var previous: StoredRound? { rounds.first { $0.number == stored.number - 1 } }

    private func train() async throws -> Checkpoint {
        var (pseudo, start): ([RoundLabel], TrainingStart) = ([], .fresh)
        if let previous {
            pseudo = try await session.catalog.pseudoLabels(of: previous.id)
            if !learning.recipe.isFresh {
                start = .weights(try await checkpoint(try RoundRecord(previous).weights?.object))
            }
        } else if let origin = try await session.catalog.startingWeights(of: run.id) {
            guard let weights = origin.weights else { throw DaemonError.startMissing(run: origin.run) }
            start = .weights(try await checkpoint(weights))
        }
        let preparation = await parts.library.training(in: .train, parts.rule, pseudo: pseudo)
        let label = "round \(stored.number): training"
        let bar = session.session.output.progress(label, total: learning.recipe.steps)
        defer { bar.finish() }
        let training = try await RoundTraining(
            learning, preparation, from: start, library: parts.library,
            onePart: session.configuration.plan.organsKeptInOnePart, thread: parts.thread)
        _ = try await training.run(observer: RoundTraining.Observer(step: { bar.show($0.step, label: label) }))
        return try await training.checkpoint()
    }

    private func fitHead(under network: Checkpoint) async throws -> Checkpoint {
        let preparation = await parts.library.training(in: snapshot.partOfConfidence, parts.rule)
        return try await preparation.fitHead(learning, under: network, on: parts.thread) {}
    }

    /// The reasons for differences that can be known.
    private func reasons(_ original: Checkpoint, _ repeated: Checkpoint) async throws -> [String] {
        let lost = try await session.catalog.lostInputs(of: run.id)
        return NumericEnvironment(original).differences(now: NumericEnvironment(repeated))
            + (lost == 0
                ? []
                : ["\(lost) annotations of the run's snapshot were removed, excluded or moved to another part since"])
    }

    // MARK: - Masks

    private func masks(with weights: RoundWeights) async throws -> [ReproducedMask] {
        guard let row = rounds.first(where: { $0.number == stored.number }), let relabelling = stored.relabelling else {
            return []
        }
        let made = try await session.catalog.predictedMasks(of: row.id)
        let originals = Dictionary(grouping: made, by: \.volume)
        let organs = (relabelling.organs + relabelling.withheld.keys).map { OrganKey($0) }
        let volumes = snapshot.volumes(lacking: organs)
        let pooled = try await pooledScores(with: weights)
        let label = "round \(stored.number): relabelling"
        let bar = session.session.output.progress(label, total: volumes.count)
        defer { bar.finish() }
        var masks: [ReproducedMask] = []
        for (done, volume) in volumes.enumerated() {
            let labels = try await parts.volumes.labels(task(volume, weights), pooled: pooled).map(\.label)
            masks += try await compare(labels, originals[volume.id] ?? [], volume)
            bar.show(done + 1, label: label)
        }
        let known = Set(volumes.map(\.id))
        return masks
            + originals.filter { !known.contains($0.key) }.values.joined().map {
                ReproducedMask(volume: $0.volume, organ: $0.organ, difference: .unavailable)
            }
    }

    private func task(_ volume: RunVolume, _ weights: RoundWeights) -> VolumeWorker.Task {
        VolumeWorker.Task(volume: volume.id, round: stored, weights: weights, isStopping: { false })
    }

    private func pooledScores(with weights: RoundWeights) async throws -> [ScoreHistogram?]? {
        guard session.configuration.plan.rankingPool == .round else { return nil }
        var pooled = PooledScores()
        for volume in snapshot.volumes(in: .train) {
            pooled.add(try await parts.volumes.measure(task(volume, weights)))
        }
        return pooled.histograms(of: snapshot.organs)
    }

    private func compare(
        _ labels: [PseudoLabel], _ originals: [RoundLabel], _ volume: RunVolume
    ) async throws -> [ReproducedMask] {
        let grid = parts.library.grid(of: volume)
        let comparison = PseudoLabelComparison(
            reader: MaskReader(store: session.trainer.objects), volume: volume, grid: grid)
        var masks: [ReproducedMask] = []
        for label in labels {
            let organ = snapshot.organs[label.organ]
            let difference = try await comparison.difference(label, originals.first { $0.organ == organ })
            masks.append(ReproducedMask(volume: volume.id, organ: organ, difference: difference))
        }
        let made = Set(masks.map(\.organ))
        return masks
            + originals.filter { !made.contains($0.organ) }.map {
                ReproducedMask(volume: volume.id, organ: $0.organ, difference: .missing)
            }
    }
}

extension RunSnapshot {
    /// The part whose annotations a confidence is fitted to: that of train where the part confidence is empty.
    var partOfConfidence: SplitPart { volumes(in: .confidence).isEmpty ? .train : .confidence }

    /// The training volumes in which one of the organs is neither annotated nor absent, by id.
    func volumes(lacking organs: [OrganKey]) -> [RunVolume] {
        volumes(in: .train).filter { volume in organs.contains { !knows($0, in: volume.id) } }
    }
}
