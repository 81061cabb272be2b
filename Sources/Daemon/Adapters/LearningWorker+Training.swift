internal import Catalog
internal import Domain
internal import Learning
internal import ObjectStore
internal import Rounds
internal import Tensors

/// What the training thread tells while it runs.
private enum TrainingSignal: Sendable {
    case step(TrainingEvent)
    case checkpoint(Checkpoint, step: Int)
}

extension LearningWorker: RoundTrainer {
    func train(_ context: RoundContext, observer: any RoundObserver) async throws -> StoredWeights? {
        let number = context.round.number
        let cases = try await cases(in: .train, round: number)
        let start = try await start(context)
        let (signals, source) = AsyncStream<TrainingSignal>.makeStream(bufferingPolicy: .unbounded)
        async let ending = runTraining(cases, start, number, context.isStopping, source)

        var (losses, last): ([Double], StoredWeights?) = ([], nil)
        for await signal in signals {
            switch signal {
            case .step(let event):
                losses = losses.suffix(99) + [event.loss]
                observer.observe(.step(round: number, step: event.step, steps: event.steps, loss: event.loss))
            case .checkpoint(let checkpoint, let step):
                let object = try await save(checkpoint, round: number, kind: .network, step: step)
                let before = context.previous?.weights?.steps ?? 0
                let mean = losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count)
                last = StoredWeights(object: object.digest, size: object.size, steps: before + step, loss: mean)
            }
        }
        guard case .finished = try await ending else { return nil }
        return last
    }

    /// From the round's own newest checkpoint if it has one, else from the round before, else from nothing.
    private func start(_ context: RoundContext) async throws -> TrainingStart.Stored {
        let round = await rounds.roundID(context.round.number)
        if let own = try await catalog.checkpoint(of: round, kind: .network) {
            return .resume(try Checkpoint(bytes: try store.getVerified(ObjectID(digest: own.object, size: 0))))
        }
        guard let weights = context.previous?.weights else { return .fresh }
        return .weights(try checkpoint(weights))
    }

    /// Runs on the tensor thread; the trainer never leaves it.
    private func runTraining(
        _ cases: [TrainingCase], _ start: TrainingStart.Stored, _ round: Int,
        _ isStopping: @escaping @Sendable () -> Bool, _ signals: AsyncStream<TrainingSignal>.Continuation
    ) async throws -> TrainingOutcome {
        defer { signals.finish() }
        let (plan, settings, rule) = (plan, settings, rule)
        return try await thread.run {
            let stop = StopSignal()
            let sampler = try Sampler(cases, plan: plan, settings: settings, rule: rule)
            let trainer = try Trainer(plan, settings: settings, sampler: sampler, round: round, start: start.start)
            return try trainer.run(
                stop: stop, checkpoint: { signals.yield(.checkpoint($0, step: trainer.step)) },
                event: { event in
                    signals.yield(.step(event))
                    if isStopping() { stop.raise() }
                })
        }
    }

    func calibrate(_ context: RoundContext, observer: any RoundObserver) async throws -> Calibration {
        guard let stored = context.round.weights else { preconditionFailure("a trained round has weights") }
        let network = try checkpoint(stored)
        let head = context.plan.confidence == .residual ? try await fitHead(network, context) : nil
        var weights: StoredWeights?
        if let head {
            let object = try await save(
                head, round: context.round.number, kind: .confidence, step: settings.confidenceSteps)
            weights = StoredWeights(object: object.digest, size: object.size, steps: stored.steps, loss: nil)
        }
        let scores = try await judgeRanking(network, head, context.round.number)
        return Calibration(weights: weights, byConfidence: scores.confidence, byProbability: scores.probability)
    }

    /// Fits the confidence head on the confidence part, or where that is empty on the training volumes' annotations.
    private func fitHead(_ network: Checkpoint, _ context: RoundContext) async throws -> Checkpoint {
        var cases = try await cases(in: .confidence, round: 0)
        if cases.isEmpty { cases = try await self.cases(in: .train, round: 0) }
        let (plan, settings, rule, round) = (plan, settings, rule, context.round.number)
        let fitted = cases
        return try await thread.run {
            let unet = try UNet(plan, seed: 0)
            try unet.parameters.load { network[$0] }
            let sampler = try Sampler(fitted, plan: plan, settings: settings, rule: rule)
            let trainer = try ConfidenceTrainer(unet, settings: settings, sampler: sampler, round: round)
            _ = try trainer.run()
            return try trainer.head.checkpoint()
        }
    }

    /// How well confidence and probability tell right predicted positives from wrong ones on the validation part.
    private func judgeRanking(
        _ network: Checkpoint, _ head: Checkpoint?, _ round: Int
    ) async throws -> (confidence: [String: Double], probability: [String: Double]) {
        var ranking = RankingQuality(organs: plan.organs.count)
        var made: [VolumeID: Prediction] = [:]
        for item in try await cases(in: .validation, round: 0) {
            let prediction = try await predict(item, network, head)
            ranking.add(item, prediction)
            made[item.volume] = prediction
        }
        predictions = (round, made)
        return (ranking.confidence(plan.organs), ranking.probability(plan.organs))
    }
}

extension TrainingStart {
    /// The same, as a value that may cross threads.
    enum Stored: Sendable {
        case fresh
        case weights(Checkpoint)
        case resume(Checkpoint)

        var start: TrainingStart {
            switch self {
            case .fresh: .fresh
            case .weights(let checkpoint): .weights(checkpoint)
            case .resume(let checkpoint): .resume(checkpoint)
            }
        }
    }
}
