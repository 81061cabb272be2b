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
        let results = try await measure(.validation, context, into: HeldOutResults()) { results, volume, measures in
            results.add(volume, measures, millilitres: library.snapshot.volumes[volume]?.voxelMillilitres)
        }
        try await rounds.fenced {
            try await catalog.recordEvaluation(rounds.claim, round: rounds.roundID(number), results.records)
            try await catalog.recordQuality(rounds.claim, round: rounds.roundID(number), results.quality)
        }
        return summary(results, before: try await diceBefore(context))
    }

    /// The Dice that the round before had on held-out volumes, by organ; none for round 0.
    private func diceBefore(_ context: RoundContext) async throws -> [OrganKey: [VolumeID: Double]] {
        guard let previous = context.previous else { return [:] }
        let found = try await catalog.heldOutDice(of: rounds.roundID(previous.number))
        return Dictionary(grouping: found, by: \.organ).mapValues { own in
            Dictionary(own.map { ($0.volume, $0.dice) }, uniquingKeysWith: { $1 })
        }
    }

    private func summary(_ results: HeldOutResults, before: [OrganKey: [VolumeID: Double]]) -> Evaluation {
        var organs: [String: OrganEvaluation] = [:]
        for organ in library.organs {
            let own = results.overlaps[organ.rawValue] ?? []
            let shown = own.map(\.counts).filter { $0.truth > 0 }
            let (predicted, truth) = (shown.reduce(0) { $0 + $1.predicted }, shown.reduce(0) { $0 + $1.truth })
            organs[organ.rawValue] = OrganEvaluation(
                dice: Evaluator.meanDice(own.map(\.counts)),
                volumeRatio: truth > 0 ? Double(predicted) / Double(truth) : nil, validationVolumes: shown.count,
                annotatedVolumes: library.snapshot.annotatedVolumes(of: organ, in: .train),
                diceVolumes: own.count { $0.counts.dice != nil },
                diceLoss: HeldOutResults.loss(own, before: before[organ] ?? [:]),
                wholeDice: Evaluator.meanDice(results.whole[organ.rawValue] ?? []),
                largestPartDice: Evaluator.meanDice(results.largestParts[organ.rawValue] ?? []))
        }
        return Evaluation(organs: organs, calibration: DiceCalibration(results.pairs))
    }
}

/// What the held-out volumes of a round show, without the distributions of scores.
struct HeldOutResults {
    private(set) var records: [EvaluationRecord] = []
    /// By the key of the organ.
    private(set) var overlaps: [String: [VolumeOverlap]] = [:]
    /// The same of the masks with all their parts, and with the largest alone.
    private(set) var whole: [String: [OverlapCounts]] = [:]
    private(set) var largestParts: [String: [OverlapCounts]] = [:]
    /// The predicted masks with soft Dice and Dice.
    private(set) var pairs: [DiceCalibration.Pair] = []

    /// How well the predicted Dice agrees with the true one.
    var quality: RoundQuality {
        RoundQuality(
            pairs: pairs.count, correlation: DiceCalibration.correlation(pairs),
            correlationWithin: DiceCalibration.correlationWithinOrgans(pairs), intervalRate: DiceCalibration.rate,
            intervalCoverage: DiceCalibration.coverage(pairs))
    }

    struct VolumeOverlap {
        let volume: VolumeID
        let counts: OverlapCounts
    }

    /// - Parameter millilitres: of one voxel of the volume's own grid; nil for a volume that is no longer one of the run.
    mutating func add(_ volume: VolumeID, _ measures: VolumeMeasures, millilitres: Double?) {
        guard let millilitres else { return }
        for (organ, counts) in measures.wholeOverlaps ?? [:] { whole[organ, default: []].append(counts) }
        for (organ, counts) in measures.largestPartOverlaps ?? [:] { largestParts[organ, default: []].append(counts) }
        for (organ, counts) in (measures.overlaps ?? [:]).sorted(by: { $0.key < $1.key }) {
            let soft = counts.predicted > 0 ? measures.softDice?[organ] : nil
            overlaps[organ, default: []].append(VolumeOverlap(volume: volume, counts: counts))
            records.append(
                EvaluationRecord(
                    volume: volume, organ: OrganKey(organ), dice: counts.dice,
                    confidence: counts.predicted > 0 ? measures.confidences?[organ] : nil, softDice: soft,
                    predictedMillilitres: Double(counts.predicted) * millilitres,
                    referenceMillilitres: Double(counts.truth) * millilitres))
            if let soft, let dice = counts.dice {
                pairs.append(.init(organ: organ, group: volume.rawValue, softDice: soft, dice: dice))
            }
        }
    }

    /// By how much the Dice of the round before was higher, on the volumes of both; nil where there are none.
    static func loss(_ own: [VolumeOverlap], before: [VolumeID: Double]) -> DiceLoss? {
        let losses = own.compactMap { item -> Double? in
            guard let now = item.counts.dice, let then = before[item.volume] else { return nil }
            return then - now
        }
        return losses.isEmpty ? nil : DiceLoss(mean: losses.reduce(0, +) / Double(losses.count), volumes: losses.count)
    }
}
