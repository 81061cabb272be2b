internal import ArgumentParser
internal import Catalog
internal import Cluster
internal import Console
internal import Domain
internal import Hashing
internal import Jobs
internal import Objects
internal import Phantoms
internal import Plans
internal import Postgres
internal import Rounds
internal import System
internal import Workflows

/// A catalogue of its own with one unlabelled volume, in a folder that is removed afterwards. For benchmarks.
struct ScratchCatalogue: Sendable {
    /// What a round needs to relabel the volume.
    struct Round: Sendable {
        let plan: RunPlan
        let record: RoundRecord
        let relabelling: Relabelling
        let snapshot: RunSnapshot
        let volume: RunVolume
        let organs: [OrganKey]
        let rule: KnownVoxelRule
        fileprivate let id: RoundID
        fileprivate let claim: Claim
        fileprivate let checkpoint: CheckpointID
    }

    let folder: String
    private let trainer: TrainerSession
    private let organs: [OrganKey]

    private static let split = "benchmark"
    /// The class of the volume that has a label file. It is none of the organs.
    private static let labelled: OrganKey = "gallbladder"

    /// Makes a catalogue with an embedded server, calls `body`, and removes both.
    ///
    /// - Parameter folder: must not exist.
    /// - Throws: as `check`.
    static func with<R>(
        _ folder: String, shape: GridShape, organs: Int, _ body: (ScratchCatalogue) async throws -> R
    ) async throws -> R {
        let (options, cluster) = try target(folder)
        let result: Result<R, any Error>
        do {
            try Folder.create(folder, mode: 0o700)
            result = .success(try await body(try await make(folder, options, shape: shape, organs: organs)))
        } catch {
            result = .failure(error)
        }
        try await cluster.destroy()
        try Folder.remove(folder)
        return try result.get()
    }

    /// Checks what `with` needs, and makes nothing.
    ///
    /// - Throws: `CommandFailure` of kind usage where the environment names another server, `conflict` for a folder that exists;
    ///   `SystemError` for one that cannot be made, `ClusterError` where PostgreSQL is missing.
    static func check(_ folder: String) throws {
        try target(folder).cluster.requirePrograms()
        try Folder.create(folder, mode: 0o700)
        try Folder.remove(folder)
    }

    private static func target(_ folder: String) throws -> (options: GlobalOptions, cluster: EmbeddedCluster) {
        if FilePath.exists(folder) {
            throw CommandFailure(
                .conflict, "the folder exists", file: folder, remedy: "remove it, or give --work another folder")
        }
        let options = try GlobalOptions.parse(["--home", "\(folder)/home", "--quiet"])
        guard let cluster = try DatabaseTarget.resolve(options, .process).cluster else {
            throw CommandFailure(
                .usage, "the benchmark makes a database of its own, and the environment names another server",
                remedy: "unset LACUNA_DATABASE and libpq's variables, such as PGHOST")
        }
        return (options, cluster)
    }

    private static func make(
        _ folder: String, _ options: GlobalOptions, shape: GridShape, organs: Int
    ) async throws -> ScratchCatalogue {
        let data = "\(folder)/data"
        let spacing = Vector3(384 / Double(shape.x), 384 / Double(shape.y), 240 / Double(shape.z))
        var dataset = PhantomDataset(
            name: split, layout: .totalSegmentator(classes: [labelled], missingShare: 0),
            scans: [PhantomScan(number: 1, grid: PhantomGrid(shape: shape, spacing: spacing))])
        dataset.compressionLevel = 1
        let plan = PhantomPlan(seed: 1, datasets: [dataset])
        _ = try await BlockingWork().run { try PhantomGenerator.generate(plan, into: data) }
        try await Session.with(options) { session in
            _ = try await ImportRunner(session.workspace).run(ImportRequest(path: "\(data)/\(split)"))
            let parts = SplitPlan(
                datasets: [.train: [split]], holdouts: [], holdoutDatasets: [], seed: 1, drawsFromAll: false)
            _ = try await SplitCreation(catalog: session.catalog).run(.init(name: split, source: .plan(parts)))
        }
        let trainer = try await TrainerSession.open(options)
        let keys = try await trainer.catalog.ontology().organs.map(\.key).filter { $0 != labelled }
        return ScratchCatalogue(folder: folder, trainer: trainer, organs: Array(keys.prefix(organs)))
    }

    // MARK: - Rounds

    /// Starts a run, and takes its round 0 to where volumes are relabelled.
    func startRound(run name: String) async throws -> Round {
        let catalog = trainer.catalog
        let plan = plan(name)
        let run = try await catalog.startRun(
            RunStart(
                name: name, config: JSONText("{}"), configDigest: SHA256.digest(of: []), seed: 1, split: plan.split,
                origins: plan.knownOrigins, trainsUnassigned: false, organs: organs, modalities: plan.modalities,
                gammas: plan.gammas))
        let queue = trainer.queue(on: catalog.connection, lease: LeaseTime { 3600 })
        guard let held = try await queue.claim(run: run.id.rawValue),
            let round = try await catalog.rounds(of: run.id).first,
            let volume = try await catalog.volumes(of: run.id).first
        else { throw RoundsError.leaseLost(run: name) }
        let claim = Claim(job: JobID(held.job), token: held.token)
        let relabelling = Relabelling(plan: plan, round: 0, evaluation: evaluation)
        var record = RoundRecord(number: 0, state: .relabelling)
        record.relabelling = relabelling
        return Round(
            plan: plan, record: record, relabelling: relabelling,
            snapshot: RunSnapshot(organs: organs, volumes: [volume], labels: []), volume: volume, organs: organs,
            rule: try await catalog.ontology().knownVoxelRule(for: organs), id: round.id, claim: claim,
            checkpoint: try await advance(round.id, claim))
    }

    /// Without guards that ask for held-out volumes, which there are none of.
    private func plan(_ name: String) -> RunPlan {
        var plan = RunPlan(name: name, organs: organs.map(\.rawValue), split: Self.split)
        plan.setRounds(1)
        (plan.minimumDice, plan.minimumQuality, plan.publishUndecided) = (0, 0, true)
        return plan
    }

    private var evaluation: Evaluation {
        let good = OrganEvaluation(dice: 0.9, volumeRatio: 1, validationVolumes: 10, annotatedVolumes: 10)
        return Evaluation(organs: Dictionary(uniqueKeysWithValues: organs.map { ($0.rawValue, good) }))
    }

    private func advance(_ round: RoundID, _ claim: Claim) async throws -> CheckpointID {
        let catalog = trainer.catalog
        func advance(_ from: RoundState, _ to: RoundState) async throws {
            try await catalog.advance(claim, round: round, from: from.rawValue, to: to.rawValue, record: JSONText("{}"))
        }
        try await advance(.planned, .training)
        let checkpoint = try await catalog.recordCheckpoint(claim, round: round, kind: .network, part: .train, step: 1)
        {
            let object = try await trainer.objects.put(Array("no network".utf8))
            return (object.digest, object.size)
        }
        try await advance(.training, .trained)
        try await advance(.trained, .confidenceFitted)
        try await advance(.confidenceFitted, .evaluated)
        try await advance(.evaluated, .relabelling)
        return checkpoint
    }

    /// Stores masks and commits their rows, as a daemon does.
    ///
    /// - Parameter store: stores the object, and returns the masks in it.
    func stage(_ round: Round, storing store: (any ObjectStore) async throws -> [StagedMask]) async throws {
        try await trainer.catalog.stage(
            round.claim, round: round.id, checkpoint: round.checkpoint, volume: round.volume.id
        ) { try await store(trainer.objects) }
    }
}
