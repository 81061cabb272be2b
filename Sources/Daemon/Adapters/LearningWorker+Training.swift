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

extension LearningWorker: RoundTrainer {
    func train(_ context: RoundContext, observer: any RoundObserver) async throws -> StoredWeights? {
        let own = try await newestReadable(.network, context, observer)
        if let own, own.step >= context.plan.steps(inRound: context.round.number) {
            return weights(own.object, after: own.step, context, ending: .steps)
        }
        let work = NetworkTraining(
            context: context, pseudo: try await pseudoLabels(context), start: try await start(from: own, context))
        let (signals, source) = AsyncStream<TrainingSignal>.makeStream(bufferingPolicy: .unbounded)
        async let outcome = run(work, source)
        // An error leaves the scope, which cancels the training.
        let last = try await follow(signals, context, observer)
        let ending = try await outcome  // its error comes first: there may be no checkpoint yet
        guard let last, let ending else { return nil }
        return weights(last.object, after: last.step, context, loss: last.loss, ending: ending)
    }

    private func run(
        _ work: NetworkTraining, _ signals: AsyncStream<TrainingSignal>.Continuation
    ) async throws -> TrainingEnding? {
        defer { signals.finish() }
        return try await trainer.train(work) { signals.yield($0) }
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
            case .step(let done):
                if let loss = done.loss {
                    losses = (losses + Array(repeating: loss.value, count: loss.steps)).suffix(100)
                }
                observer.observe(
                    .step(round: number, step: done.step, steps: done.steps, loss: done.loss?.value, done.time))
            case .validated(let result):
                try await rounds.fenced {
                    try await catalog.recordValidation(rounds.claim, round: rounds.roundID(number), result)
                }
                observer.observe(.validated(round: number, step: result.step, dice: result.meanDice))
            case .checkpoint(let bytes, let step):
                let object = try await save(bytes, round: number, kind: .network, part: .train, step: step)
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
    private func start(from own: ReadableCheckpoint?, _ context: RoundContext) async throws -> NetworkTraining.Start {
        if let own { return .resume(own.bytes, step: own.step) }
        if let previous = context.previous {
            guard context.plan.student == .continued, let weights = previous.weights else { return .fresh }
            return .weights(try await bytes(of: weights.object))
        }
        guard let origin = try await catalog.startingWeights(of: context.run) else { return .fresh }
        return .weights(try await weights(of: origin))
    }

    func fitConfidence(_ context: RoundContext, observer: any RoundObserver) async throws -> ConfidenceFit {
        guard let stored = context.round.weights else { preconditionFailure("a trained round has weights") }
        var weights: StoredWeights?
        if context.plan.confidence.hasHead {
            let object = try await storedHead(context, stored, observer)
            weights = StoredWeights(object: object.digest, size: object.size, steps: stored.steps, loss: nil)
        }
        let quality = try await rankingQuality(
            RoundWeights(round: context.round.number, network: stored.object, head: weights?.object), context)
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
        _ context: RoundContext, _ network: StoredWeights, _ observer: any RoundObserver
    ) async throws -> ObjectID {
        let number = context.round.number
        if let own = try await newestReadable(.confidence, context, observer) { return own.object }
        let (head, part) = try await fitHead(network, context)
        let steps = context.plan.confidenceSteps
        return try await save({ head.bytes() }, round: number, kind: .confidence, part: part, step: steps)
    }

    /// Fits the confidence head on the confidence part, or on the annotations of the part train where that one is empty.
    private func fitHead(_ network: StoredWeights, _ context: RoundContext) async throws -> (Checkpoint, SplitPart) {
        let bytes = try await bytes(of: network.object)
        let part = library.snapshot.partOfConfidence
        let (learning, preparation) = (learning(context), await library.training(in: part, rule))
        let head = try await RoundsError.finalDivergence {
            let network = try await thread.run { try Checkpoint(bytes: bytes) }
            return try await preparation.fitHead(learning, under: network, on: thread) { try context.checkStop() }
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
