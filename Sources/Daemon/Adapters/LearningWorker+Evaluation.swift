internal import Catalog
internal import Domain
internal import Jobs
internal import Learning
internal import Numerics
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
        return summary(measured, before: try await diceBefore(context))
    }

    /// The Dice that the round before had on held-out volumes; none for round 0.
    private func diceBefore(_ context: RoundContext) async throws -> [VolumeOrgan: Double] {
        guard let previous = context.previous else { return [:] }
        let found = try await catalog.heldOutDice(of: rounds.roundID(previous.number))
        return Dictionary(found.map { (VolumeOrgan($0.volume, $0.organ), $0.dice) }, uniquingKeysWith: { $1 })
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

    private func summary(
        _ measured: [(volume: VolumeID, measures: VolumeMeasures)], before: [VolumeOrgan: Double]
    ) -> Evaluation {
        var organs: [String: OrganEvaluation] = [:]
        for organ in library.organs {
            let overlaps = measured.compactMap { $0.measures.overlaps?[organ.rawValue] }
            let shown = overlaps.filter { $0.truth > 0 }
            let (predicted, truth) = (shown.reduce(0) { $0 + $1.predicted }, shown.reduce(0) { $0 + $1.truth })
            organs[organ.rawValue] = OrganEvaluation(
                dice: Evaluator.meanDice(overlaps), volumeRatio: truth > 0 ? Double(predicted) / Double(truth) : nil,
                validationVolumes: shown.count,
                annotatedVolumes: library.snapshot.annotatedVolumes(of: organ, in: .train),
                diceVolumes: overlaps.count { $0.dice != nil }, diceLoss: Self.loss(of: organ, measured, before))
        }
        return Evaluation(organs: organs, calibration: DiceCalibration(Self.pairs(measured)))
    }

    private static func loss(
        of organ: OrganKey, _ measured: [(volume: VolumeID, measures: VolumeMeasures)], _ before: [VolumeOrgan: Double]
    ) -> DiceLoss? {
        let losses = measured.compactMap { volume, measures -> Double? in
            guard let now = measures.overlaps?[organ.rawValue]?.dice, let then = before[VolumeOrgan(volume, organ)] else {
                return nil
            }
            return then - now
        }
        return losses.isEmpty ? nil : DiceLoss(mean: losses.reduce(0, +) / Double(losses.count), volumes: losses.count)
    }

    /// The predicted masks of held-out volumes, with soft Dice and Dice.
    static func pairs(_ measured: [(volume: VolumeID, measures: VolumeMeasures)]) -> [DiceCalibration.Pair] {
        measured.flatMap { volume, measures in
            (measures.softDice ?? [:]).sorted { $0.key < $1.key }.compactMap { organ, soft in
                measures.overlaps?[organ]?.dice.map {
                    DiceCalibration.Pair(organ: organ, group: volume.rawValue, softDice: soft, dice: $0)
                }
            }
        }
    }
}

/// A volume and an organ.
private struct VolumeOrgan: Hashable {
    let volume: VolumeID
    let organ: OrganKey

    init(_ volume: VolumeID, _ organ: OrganKey) { (self.volume, self.organ) = (volume, organ) }
}
