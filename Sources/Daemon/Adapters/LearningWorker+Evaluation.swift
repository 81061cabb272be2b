internal import Catalog
internal import Domain
internal import Jobs
internal import Learning
internal import Rounds
internal import Workflows

extension LearningWorker: RoundEvaluator {
    func evaluate(_ context: RoundContext, observer: any RoundObserver) async throws -> Evaluation {
        let number = context.round.number
        let measured = try await validationMeasures(context)
        let records = measured.flatMap { results(of: $0.volume, $0.measures) }
        try await rounds.fenced {
            try await catalog.recordEvaluation(rounds.claim, round: rounds.roundID(number), records)
        }
        return summary(measured.map(\.measures))
    }

    private func results(of volume: VolumeID, _ measures: VolumeMeasures) -> [EvaluationRecord] {
        guard let run = library.snapshot.volumes[volume] else { return [] }
        let millilitres = run.voxelMillilitres
        return library.organs.compactMap { organ in
            (measures.overlaps?[organ.rawValue]).map {
                EvaluationRecord(
                    volume: volume, organ: organ, dice: $0.dice,
                    confidence: $0.predicted > 0 ? measures.confidences?[organ.rawValue] : nil,
                    predictedMillilitres: Double($0.predicted) * millilitres,
                    referenceMillilitres: Double($0.truth) * millilitres)
            }
        }
    }

    private func summary(_ measures: [VolumeMeasures]) -> Evaluation {
        var organs: [String: OrganEvaluation] = [:]
        for organ in library.organs {
            let overlaps = measures.compactMap { $0.overlaps?[organ.rawValue] }
            let shown = overlaps.filter { $0.truth > 0 }
            let (predicted, truth) = (shown.reduce(0) { $0 + $1.predicted }, shown.reduce(0) { $0 + $1.truth })
            organs[organ.rawValue] = OrganEvaluation(
                dice: Evaluator.meanDice(overlaps), volumeRatio: truth > 0 ? Double(predicted) / Double(truth) : nil,
                validationVolumes: shown.count,
                annotatedVolumes: library.snapshot.annotatedVolumes(of: organ, in: .train))
        }
        return Evaluation(organs: organs)
    }
}
