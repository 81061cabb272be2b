internal import Catalog
internal import Domain
internal import Learning
internal import Rounds
internal import Tensors
internal import Workflows

extension LearningWorker: RoundEvaluator {
    func evaluate(_ context: RoundContext, observer: any RoundObserver) async throws -> Evaluation {
        let number = context.round.number
        var (records, overlaps): ([EvaluationRecord], [[OverlapCounts?]]) = ([], [])
        for item in try await cases(in: .validation, context) {
            try context.checkStop()
            let prediction = try await validationPrediction(item, context.round)
            let counts = try await thread.run { Evaluator.overlaps(item, prediction) }
            overlaps.append(counts)
            records += self.records(item, counts)
        }
        predictions = nil
        try await rounds.fenced {
            try await catalog.recordEvaluation(rounds.claim, round: rounds.roundID(number), records)
        }
        return summary(overlaps)
    }

    private func validationPrediction(_ item: TrainingCase, _ round: RoundRecord) async throws -> Prediction {
        if let predictions, predictions.round == round.number, let made = predictions.byVolume[item.volume] {
            return made
        }
        return try await predict(item, round)
    }

    private func records(_ item: TrainingCase, _ counts: [OverlapCounts?]) -> [EvaluationRecord] {
        library.organs.indices.compactMap { organ in
            counts[organ].map {
                EvaluationRecord(
                    volume: item.volume, organ: library.organs[organ], dice: $0.dice,
                    predictedMillilitres: Double($0.predicted) * item.voxelMillilitres,
                    referenceMillilitres: Double($0.truth) * item.voxelMillilitres)
            }
        }
    }

    private func summary(_ overlaps: [[OverlapCounts?]]) -> Evaluation {
        let dice = Evaluator.meanDice(overlaps, organs: plan.organs.count)
        var organs: [String: OrganEvaluation] = [:]
        for (index, organ) in library.organs.enumerated() {
            let shown = overlaps.compactMap { $0[index] }.filter { $0.truth > 0 }
            let (predicted, truth) = (shown.reduce(0) { $0 + $1.predicted }, shown.reduce(0) { $0 + $1.truth })
            organs[organ.rawValue] = OrganEvaluation(
                dice: dice[index], volumeRatio: truth > 0 ? Double(predicted) / Double(truth) : nil,
                validationVolumes: shown.count,
                annotatedVolumes: library.snapshot.annotatedVolumes(of: organ, in: .train))
        }
        return Evaluation(organs: organs)
    }
}
