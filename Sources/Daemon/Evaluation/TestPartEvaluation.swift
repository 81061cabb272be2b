internal import Catalog
internal import Console
internal import Domain
internal import Learning
internal import Numerics
internal import Plans
internal import Rounds
internal import Tensors
internal import Workflows

/// Evaluates a finished run on the test part of its split, which nothing else reads, and records the result.
///
/// Everything is recorded at the end, in one transaction. An evaluation that is interrupted leaves only the record that the part was
/// opened, and can be made again.
struct TestPartEvaluation: Sendable {
    private let catalog: LabelCatalog
    private let opened: OpenedTestPart
    private let snapshot: RunSnapshot
    private let parts: RunParts
    private let round: RoundRecord
    private let weights: RoundWeights
    /// Indices of the organs of whose predicted masks the largest part alone is kept.
    private let onePart: Set<Int>

    /// Opens the test part, and records who does.
    ///
    /// - Parameters:
    ///   - session: of a login that may read test labels.
    ///   - number: of a closed round; nil: the last.
    /// - Throws: as `LabelCatalog.openTestPart`; `WorkflowError` of kind `badInput` where the test part has no label of an expert.
    init(_ session: DaemonSession, run: StoredRun, round number: Int?) async throws {
        let catalog = LabelCatalog(session.session.connection, program: Program.lacunad.version)
        let opened = try await catalog.openTestPart(of: run.id, round: number)
        let (plan, records) = (session.configuration.plan, try await session.catalog.rounds(of: run.id))
        guard let record = records.first(where: { $0.number == opened.round }) else {
            throw RoundsError.unrecoverable(reason: "round \(opened.round) is not among the rounds of the run")
        }
        let round = try RoundRecord(record)
        guard let weights = RoundWeights(round) else {
            throw RoundsError.unrecoverable(reason: "round \(opened.round) has no weights")
        }
        (self.round, self.weights, onePart) = (round, weights, plan.organsKeptInOnePart)
        let snapshot = RunSnapshot(
            organs: plan.organs.map { OrganKey($0) }, volumes: try await catalog.testVolumes(opened),
            labels: try await catalog.testLabels(opened))
        guard snapshot.volumes.keys.contains(where: { !snapshot.labels(of: $0).isEmpty }) else {
            let leftOut = try await catalog.testExclusions(opened)
            throw WorkflowError(
                .badInput,
                "the test part of split \(plan.split) has no label of origin expert of the organs of run \(run.name)"
                    + (leftOut.volumes == 0
                        ? ""
                        : "; left out as read by run \(leftOut.readBy.joined(separator: " or run ")): volumes "
                            + "\(leftOut.volumes), subjects \(leftOut.subjects)"),
                remedy:
                    "start a run with a split whose test part an expert has annotated; models and drafts do not count")
        }
        (self.catalog, self.opened, self.snapshot) = (catalog, opened, snapshot)
        parts = try await session.makeParts(snapshot)
    }

    /// Predicts the volumes one after another, and records the results.
    ///
    /// - Parameter progress: called with the number of volumes that are done, and of all.
    func run(progress: (_ done: Int, _ total: Int) -> Void) async throws {
        let volumes = snapshot.volumes(in: .test).filter { !snapshot.labels(of: $0.id).isEmpty }
        var results: [TestRecord] = []
        for (index, volume) in volumes.enumerated() {
            progress(index, volumes.count)
            results += try await evaluate(volume)
        }
        progress(volumes.count, volumes.count)
        let rate = round.evaluation?.calibration == nil ? nil : DiceCalibration.rate
        try await catalog.recordTestEvaluation(opened, intervalRate: rate, results)
    }

    /// Compares the prediction of a volume with its labels as the evaluation of a round does.
    private func evaluate(_ volume: RunVolume) async throws -> [TestRecord] {
        let library = parts.library
        let (item, truth) = (try await library.makeCase(volume), try await library.truth(of: volume))
        let (rule, threads) = (parts.rule, parts.settings.threadLimit)
        let collector = try await parts.predictor.predict(
            item, into: { HeldOutCollector(item, rule: rule, threads: threads) }, with: weights, isStopping: { false })
        let grid = library.grid(of: volume)
        return try await parts.thread.run {
            let results = collector.results(keepingLargestPartOf: onePart)
            return library.organs.indices.compactMap { organ in
                Evaluator.masks(
                    truth[organ], shape: volume.shape, organ: organ,
                    predicted: { grid.up(results.masks[$0]) }
                ).map { record($0, results.softDice[organ], volume, library.organs[organ]) }
            }
        }
    }

    /// Of a surface distance.
    private static let toleranceInMillimetres = 2.0

    private func record(_ masks: ComparedMasks, _ softDice: Double?, _ volume: RunVolume, _ organ: OrganKey)
        -> TestRecord
    {
        let counts = OverlapCounts(masks)
        let surface = SurfaceDistance(masks.predicted, masks.truth, spacing: volume.affine.spacing)
        return TestRecord(
            volume: volume.id, organ: organ, dice: counts.dice,
            surfaceDice: surface?.normalisedDice(toleranceInMillimetres: Self.toleranceInMillimetres),
            quality: counts.predicted > 0 ? softDice.map { quality($0, organ) } : nil,
            predictedMillilitres: Double(counts.predicted) * volume.voxelMillilitres,
            referenceMillilitres: Double(counts.truth) * volume.voxelMillilitres)
    }

    private func quality(_ softDice: Double, _ organ: OrganKey) -> MaskQuality {
        let estimate = round.evaluation?.calibration?.estimate(organ: organ.rawValue, softDice: softDice)
        return MaskQuality(
            softDice: softDice,
            predicted: estimate.map { PredictedDice(dice: $0.dice, lower: $0.lower, upper: $0.upper) })
    }
}
