internal import Batches
internal import Catalog
internal import Domain
internal import Learning
internal import Objects
internal import Plans
internal import Rounds
internal import System
internal import Tensors
internal import Workflows

/// A message of the training thread while it runs.
private enum TrainingSignal: Sendable {
    case prepared(done: Int, total: Int)
    case step(TrainingEvent)
    case validated(RoundValidation)
    case checkpoint(Checkpoint, step: Int)
}

extension TrainingEnding {
    /// Nil for a training that goes on.
    fileprivate init?(_ outcome: TrainingOutcome) {
        switch outcome {
        case .finished: self = .steps
        case .plateau: self = .plateau
        case .stopped, .validationDue: return nil
        }
    }
}

extension LearningWorker: RoundTrainer {
    func train(_ context: RoundContext, observer: any RoundObserver) async throws -> StoredWeights? {
        let own = try await newestReadable(.network, context, observer)
        if let own, own.step >= context.plan.steps(inRound: context.round.number) {
            return weights(own.object, after: own.step, context, ending: .steps)
        }
        let preparation = try await training(context)
        let start = try await start(from: own, context)
        let (signals, source) = AsyncStream<TrainingSignal>.makeStream(bufferingPolicy: .unbounded)
        let stop = StopFlag()
        async let outcome = runTraining(preparation, start, context, stop, source)
        do {
            let last = try await follow(signals, context, observer)
            let ending = TrainingEnding(try await outcome)  // its error comes first: there may be no checkpoint yet
            guard let last, let ending else { return nil }
            return weights(last.object, after: last.step, context, loss: last.loss, ending: ending)
        } catch {
            stop.raise()  // or the scope would wait for all of the round's steps
            throw error
        }
    }

    private func weights(
        _ object: ObjectID, after step: Int, _ context: RoundContext, loss: Double? = nil, ending: TrainingEnding
    ) -> StoredWeights {
        StoredWeights(
            object: object.digest, size: object.size, steps: (context.previous?.weights?.steps ?? 0) + step, loss: loss,
            roundSteps: step, ending: ending)
    }

    /// The last checkpoint of a training, with the mean loss of the steps before it.
    private struct LastCheckpoint {
        let object: ObjectID
        let step: Int
        let loss: Double?
    }

    /// Reports steps, and stores checkpoints and evaluations, as they arrive.
    private func follow(
        _ signals: AsyncStream<TrainingSignal>, _ context: RoundContext, _ observer: any RoundObserver
    ) async throws -> LastCheckpoint? {
        let number = context.round.number
        var (losses, last): ([Double], LastCheckpoint?) = ([], nil)  // a loss per step that was read
        for await signal in signals {
            switch signal {
            case .prepared(let done, let total):
                observer.observe(.prepared(round: number, done: done, total: total))
            case .step(let event):
                if let loss = event.loss {
                    losses = (losses + Array(repeating: loss.value, count: loss.steps)).suffix(100)
                }
                observer.observe(
                    .step(
                        round: number, step: event.step, steps: event.steps, loss: event.loss?.value,
                        StepTime(duration: event.duration, loaderWait: event.loaderWait)))
            case .validated(let result):
                try await rounds.fenced {
                    try await catalog.recordValidation(rounds.claim, round: rounds.roundID(number), result)
                }
                observer.observe(.validated(round: number, step: result.step, dice: result.meanDice))
            case .checkpoint(let checkpoint, let step):
                let object = try await save(
                    checkpoint, round: number, kind: .network, part: .train, step: step)
                observer.observe(.saved(round: number, step: step))
                let mean = losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count)
                last = LastCheckpoint(object: object, step: step, loss: mean)
            }
        }
        try Task.checkCancellation()  // which ends the stream before the training
        return last
    }

    /// The round's own newest checkpoint, else the weights of the round before unless the student is fresh, else those of the run that this one starts from, else
    /// new weights.
    private func start(from own: ReadableCheckpoint?, _ context: RoundContext) async throws -> TrainingStart {
        if let own { return .resume(own.checkpoint) }
        if let previous = context.previous {
            guard context.plan.student == .continued, let weights = previous.weights else { return .fresh }
            return .weights(try await checkpoint(weights))
        }
        guard let origin = try await catalog.startingWeights(of: context.run) else { return .fresh }
        return .weights(try await checkpoint(of: origin))
    }

    private func runTraining(
        _ preparation: TrainingPreparation, _ start: TrainingStart, _ context: RoundContext, _ stop: StopFlag,
        _ signals: AsyncStream<TrainingSignal>.Continuation
    ) async throws -> TrainingOutcome {
        defer { signals.finish() }
        let observer = RoundTraining.Observer(
            prepared: { signals.yield(.prepared(done: $0, total: $1)) },
            step: { event in
                signals.yield(.step(event))
                if context.isStopping() { stop.raise() }
            },
            checkpoint: { signals.yield(.checkpoint($0, step: $1)) },
            validated: { result in
                signals.yield(.validated(result))
                if context.isStopping() { stop.raise() }
            })
        return try await divergenceIsFinal {
            let training = try await RoundTraining(
                learning(context), preparation, from: start, library: library,
                onePart: context.plan.organsKeptInOnePart,
                thread: thread)
            return try await training.run(
                stop: stop, requests: requests, isStopping: context.isStopping, observer: observer)
        }
    }

    /// A loss that is not finite would recur at the same step, so the round has failed.
    private func divergenceIsFinal<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as LearningError {
            guard case .diverged = error else { throw error }
            throw RoundsError.unrecoverable(reason: error.description)
        }
    }

    func fitConfidence(_ context: RoundContext, observer: any RoundObserver) async throws -> ConfidenceFit {
        guard let stored = context.round.weights else { preconditionFailure("a trained round has weights") }
        var weights: StoredWeights?
        if context.plan.confidence.hasHead {
            let object = try await storedHead(context, try await checkpoint(stored), observer)
            weights = StoredWeights(object: object.digest, size: object.size, steps: stored.steps, loss: nil)
        }
        let quality = try await rankingQuality(RoundWeights(network: stored.object, head: weights?.object), context)
        try await recordSelections(quality, context)
        return ConfidenceFit(
            weights: weights, byConfidence: quality.byConfidence(plan.organs),
            byProbability: quality.byProbability(plan.organs))
    }

    private func recordSelections(_ quality: RankingQuality, _ context: RoundContext) async throws {
        let selections = zip(library.organs, quality.counts).compactMap { organ, counts in
            counts.confidence.precisionOfShares().map { byConfidence in
                SelectionRecord(
                    organ: organ, positives: counts.confidence.total, byConfidence: byConfidence,
                    byProbability: counts.probability.precisionOfShares() ?? byConfidence)
            }
        }
        guard !selections.isEmpty else { return }
        try await rounds.fenced {
            try await catalog.recordSelections(
                rounds.claim, round: rounds.roundID(context.round.number), selections)
        }
    }

    /// The confidence head of the round: stored before a restart, or fitted now.
    private func storedHead(
        _ context: RoundContext, _ network: Checkpoint, _ observer: any RoundObserver
    ) async throws -> ObjectID {
        let number = context.round.number
        if let own = try await newestReadable(.confidence, context, observer) { return own.object }
        let (head, part) = try await fitHead(network, context)
        let steps = context.plan.confidenceSteps
        return try await save(head, round: number, kind: .confidence, part: part, step: steps)
    }

    /// Fits the confidence head on the confidence part, or on the annotations of the part train where that one is empty.
    private func fitHead(_ network: Checkpoint, _ context: RoundContext) async throws -> (Checkpoint, SplitPart) {
        let part = library.snapshot.partOfConfidence
        let (learning, preparation) = (learning(context), await library.training(in: part, rule))
        let head = try await divergenceIsFinal {
            try await preparation.fitHead(learning, under: network, on: thread) { try context.checkStop() }
        }
        return (head, part)
    }

    /// How well confidence and probability separate right predicted positives from wrong ones on the validation part.
    private func rankingQuality(_ weights: RoundWeights, _ context: RoundContext) async throws -> RankingQuality {
        let organs = plan.organs
        return try await measure(.validation, context, weights, into: RankingQuality(organs: organs.count)) {
            ranking, _, measures in
            for (index, organ) in organs.enumerated() {
                if let counts = measures.ranking?[organ] { ranking.add(counts, organ: index) }
            }
        }
    }
}
