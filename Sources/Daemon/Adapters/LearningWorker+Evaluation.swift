internal import Catalog
internal import Domain
internal import Jobs
internal import Learning
internal import Rounds
internal import Workflows

extension LearningWorker: RoundEvaluator {
    func evaluate(_ context: RoundContext, observer: any RoundObserver) async throws -> Evaluation {
        let number = context.round.number
        let results = try await measure(.validation, context, into: HeldOutResults()) { results, volume, measures in
            results.records += records(of: volume, measures)
            results.add(measures.overlaps ?? [:])
        }
        try await rounds.fenced {
            try await catalog.recordEvaluation(rounds.claim, round: rounds.roundID(number), results.records)
        }
        return summary(results.overlaps)
    }

    /// What the held-out volumes show, without the distributions of scores.
    private struct HeldOutResults {
        var records: [EvaluationRecord] = []
        /// By the key of the organ.
        private(set) var overlaps: [String: [OverlapCounts]] = [:]

        mutating func add(_ volume: [String: OverlapCounts]) {
            for (organ, overlap) in volume { overlaps[organ, default: []].append(overlap) }
        }
    }

    private func records(of volume: VolumeID, _ measures: VolumeMeasures) -> [EvaluationRecord] {
        guard let run = library.snapshot.volumes[volume] else { return [] }
        let millilitres = library.grid(of: run).voxelMillilitres
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

    private func summary(_ overlaps: [String: [OverlapCounts]]) -> Evaluation {
        var organs: [String: OrganEvaluation] = [:]
        for organ in library.organs {
            let overlaps = overlaps[organ.rawValue] ?? []
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
