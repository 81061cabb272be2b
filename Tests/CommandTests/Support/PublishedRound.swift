import Catalog
import Domain
import Postgres

/// A round that publishes labels of the liver and withholds the spleen, as a daemon records it, without its bytes.
struct PublishedRound {
    private let bench: Workbench

    init(_ bench: Workbench) { self.bench = bench }

    func make() async throws {
        let catalog = LabelCatalog(bench.connection, program: "tests")
        let members = try await catalog.subjects().map { ($0, SplitPart.train) }
        try await catalog.createSplits(
            [NewSplit(name: "s", members: Dictionary(uniqueKeysWithValues: members))], method: "listed", seed: nil)
        let trainer = try await Connection.connect(bench.settings.with(user: "lacunad"))
        let training = TrainingCatalog(trainer, program: "tests")
        let run = try await training.startRun(
            RunStart(
                name: "r", config: JSONText("{}"), configDigest: Self.digest(7), seed: 1, split: "s",
                origins: [.expert],
                trainsUnassigned: false, organs: ["liver", "spleen"], modalities: ["CT"], gammas: [1]))
        let claim = try await trainer.one(ClaimRunForTest(run: run.id))
        try await relabel(training, claim, try await training.rounds(of: run.id)[0].id)
        await trainer.close()
    }

    private func relabel(_ training: TrainingCatalog, _ claim: Claim, _ round: RoundID) async throws {
        func advance(_ from: String, _ to: String) async throws {
            try await training.advance(claim, round: round, from: from, to: to, record: JSONText("{}"))
        }
        try await advance("planned", "training")
        let network = try await training.recordCheckpoint(
            claim, round: round, kind: .network, part: .train, step: 1, storing: { (Self.digest(8), 9) })
        try await advance("training", "trained")
        try await advance("trained", "confidenceFitted")
        try await training.recordQuality(
            claim, round: round,
            RoundQuality(
                pairs: 9, correlation: 0.875, correlationWithin: 0.75, intervalRate: 0.5, intervalCoverage: 0.5))
        try await advance("confidenceFitted", "evaluated")
        try await training.recordGuards(
            claim, round: round,
            [
                GuardRecord(organ: "liver", guard: "dice", value: 0.75, limit: 0.5, outcome: .passed),
                GuardRecord(organ: "spleen", guard: "dice", value: 0.25, limit: 0.5, outcome: .failed),
            ])
        try await advance("evaluated", "relabelling")
        let qualities: [VolumeID: MaskQuality?] = [
            VolumeID(2): MaskQuality(softDice: 0.625, predicted: PredictedDice(dice: 0.5, lower: 0.25, upper: 0.75)),
            VolumeID(3): MaskQuality(softDice: 0.875, predicted: PredictedDice(dice: 0.75, lower: 0.5, upper: 1)),
            VolumeID(4): nil,
        ]
        for (volume, quality) in qualities {
            try await training.stage(claim, round: round, checkpoint: network, volume: volume) {
                masks(of: volume, quality)
            }
        }
        try await training.publish(
            claim, round: round, from: "relabelling", to: "published", withheld: ["spleen": "lowDice"])
    }

    /// The spleen of the volumes with a quality is withheld.
    private func masks(of volume: VolumeID, _ quality: MaskQuality?) -> [StagedMask] {
        let liver = StagedMask(
            organ: "liver", mask: mask(Int(volume.rawValue), of: volume), confidence: 0.5, quality: quality)
        guard let quality else { return [liver] }
        var withheld = quality
        withheld.predicted = PredictedDice(dice: 0.5, lower: 0.25, upper: 0.75)
        return [
            liver,
            StagedMask(
                organ: "spleen", mask: mask(Int(volume.rawValue) + 10, of: volume), confidence: 0.5, quality: withheld,
                withheld: "lowDice"),
        ]
    }

    private func mask(_ n: Int, of volume: VolumeID) -> StoredMask {
        StoredMask(
            content: Self.digest(n), object: Self.digest(100 + Int(volume.rawValue)), objectBytes: 100, offset: 0,
            length: 50, voxels: 5, knownVoxels: 7, box: VoxelBox(lower: .zero, upper: Vector3(5, 1, 1)))
    }

    private static func digest(_ n: Int) -> Digest { Digest(bytes: [UInt8](repeating: UInt8(n), count: 32)) }
}

private struct ClaimRunForTest: Statement {
    static let sql = "select job, token from lacuna.claim_run($1, 'w', 600)"
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> Claim { Claim(job: try row.decode(0), token: try row.decode(1)) }
}
