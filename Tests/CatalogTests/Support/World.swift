import Catalog
import Domain
import Jobs
import Postgres
import TestSupport

/// A fresh catalogue with four organs, and a connection for everyone who uses it.
struct World {
    static let organs: [OrganKey] = ["liver", "spleen", "pancreas", "stomach"]
    static let program = "tests"

    /// As `lacuna`.
    let manager: Connection
    /// As `lacunad`.
    let trainer: Connection
    /// As the superuser.
    let root: Connection
    let settings: ConnectionSettings

    var catalog: LabelCatalog { LabelCatalog(manager, program: Self.program) }
    var training: TrainingCatalog { TrainingCatalog(trainer, program: Self.program) }
    var jobs: JobQueue { queue("w", 600) }

    /// The queue as a daemon of that name sees it.
    func queue(_ worker: String, _ leaseSeconds: Double) -> JobQueue {
        JobQueue(trainer, worker: worker, leaseSeconds: leaseSeconds)
    }

    /// One more connection as that login, able to `ask`.
    func connect(as user: String) async throws -> Connection {
        let connection = try await Connection.connect(settings.with(user: user))
        try await connection.execute(Ask.preparation)
        return connection
    }

    static func with(_ body: (World) async throws -> Void) async throws {
        await Turnstile.shared.enter()
        do {
            try await open(body)
            await Turnstile.shared.leave()
        } catch {
            await Turnstile.shared.leave()
            throw error
        }
    }

    private static func open(_ body: (World) async throws -> Void) async throws {
        try await withDatabase(role: "lacuna") { manager, settings async throws in
            try await manager.execute(Ask.preparation)
            let trainer = try await Connection.connect(settings.with(user: "lacunad"))
            try await trainer.execute(Ask.preparation)
            let root = try await Connection.connect(settings.with(user: "postgres"))
            try await root.execute(Ask.preparation)
            for (position, organ) in organs.enumerated() {
                try await manager.execute(
                    "insert into lacuna.organ (key, name, position) values ('\(organ)', '\(organ)', \(position + 1))")
            }
            try await body(World(manager: manager, trainer: trainer, root: root, settings: settings))
            await trainer.close()
            await root.close()
        }
    }
}

/// Lets a few worlds exist at a time: a server has some hundred connections, and tests run all at once.
private actor Turnstile {
    static let shared = Turnstile()
    private var places = 6
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if places > 0 { return places -= 1 }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
    }
}

// MARK: - Values

/// A hash that stands for thing `n`.
func digest(_ n: Int) -> Digest {
    let word = (0..<8).map { UInt8(truncatingIfNeeded: n >> (8 * (7 - $0))) }
    return Digest(bytes: word + word + word + word)
}

/// A mask of five voxels whose content is number `n`.
func mask(_ n: Int, known: Int? = nil) -> StoredMask {
    StoredMask(
        content: digest(n), object: digest(1_000_000 + n), objectBytes: 100, offset: 0, length: 100, voxels: 5,
        knownVoxels: known, box: VoxelBox(lower: .zero, upper: Vector3(5, 1, 1)))
}

/// A mask without foreground.
func emptyMask(_ n: Int) -> StoredMask {
    StoredMask(
        content: digest(n), object: digest(1_000_000 + n), objectBytes: 100, offset: 0, length: 100, voxels: 0,
        knownVoxels: 7, box: VoxelBox(lower: .zero, upper: .zero))
}

func annotated(
    _ organ: OrganKey, _ n: Int, origin: LabelOrigin = .expert, file: Int? = 0
) -> LabelRecord {
    LabelRecord(organ: organ, status: .annotated, origin: origin, mask: mask(n), file: file)
}

/// Complete in the lower half of the volume.
func partial(_ organ: OrganKey, _ n: Int) -> LabelRecord {
    LabelRecord(
        organ: organ, status: .annotated, origin: .expert, mask: mask(n),
        extent: VoxelBox(lower: .zero, upper: Vector3(10, 10, 5)), file: 0)
}

func absent(_ organ: OrganKey, origin: LabelOrigin = .expert, file: Int? = 0) -> LabelRecord {
    LabelRecord(organ: organ, status: .absent, origin: origin, mask: nil, file: file)
}

func unlabelled(_ organ: OrganKey, origin: LabelOrigin = .expert) -> LabelRecord {
    LabelRecord(organ: organ, status: .unlabelled, origin: origin, mask: nil, file: nil)
}

func shipped(_ organ: OrganKey, _ n: Int) -> LabelRecord {
    LabelRecord(organ: organ, status: .pseudo, origin: .model, mask: mask(n), file: 0)
}

/// The image of scan `n`: 10 x 10 x 10 voxels of one millimetre.
func source(scan n: Int, case name: String, subject: String) -> SourceRecord {
    SourceRecord(
        caseName: name, subjectKey: subject,
        image: FileRecord(path: "images/\(name).nii.gz", sha256: digest(2_000_000 + n), bytes: 1000),
        identity: digest(n), orientationBlind: digest(n), clipped: digest(n), shape: GridShape(10, 10, 10),
        affine: .scaling(Vector3(1, 1, 1)), orientation: "RAS", qformCode: 0, sformCode: 1, storageType: "int16",
        modality: "CT")
}

func labelFile(_ name: String, _ n: Int = 0) -> FileRecord {
    FileRecord(path: "labels/\(name).nii.gz", sha256: digest(3_000_000 + n), bytes: 100)
}

// MARK: - Work

extension LabelCatalog {
    /// Imports a case of a dataset, as one transaction.
    @discardableResult
    func add(
        _ dataset: String, release: String = "1", scan: Int, case name: String? = nil, subject: String? = nil,
        file: Int = 0, origin: LabelOrigin = .expert, _ labels: [LabelRecord] = [],
        annotators: [(name: String, labels: [LabelRecord])] = [], accepting: Bool = false
    ) async throws -> RecordedCase {
        let name = name ?? "case\(scan)"
        let activity = try await startActivity(.import)
        let handle = try await self.release(
            ReleaseRecord(
                dataset: dataset, release: release, layout: "msd", origin: origin, licence: nil, licenceSource: nil,
                root: "/data/\(dataset)"), activity: activity)
        return try await record(
            source(scan: scan, case: name, subject: subject ?? name), labelFiles: [labelFile(name, file)], in: handle,
            activity: activity,
            storing: { CaseLabels(labels, annotators: annotators, acceptance: accepting ? .all : .none) })
    }

    /// Puts the only subject of each volume into a part.
    func split(_ name: String, _ parts: [(VolumeID, SplitPart)]) async throws {
        var members: [SubjectID: SplitPart] = [:]
        for (volume, part) in parts { members[try await subject(of: volume)] = part }
        try await createSplits([NewSplit(name: name, members: members)], method: "listed", seed: nil)
    }

    func subject(of volume: VolumeID) async throws -> SubjectID {
        SubjectID(Int64(try await connection.number("select subject_id from lacuna.volume where id = \(volume)")))
    }
}

/// A run that a daemon holds.
struct HeldRun {
    let run: StoredRun
    let claim: Claim
    let rounds: [StoredRound]
}

extension World {
    func runStart(
        _ name: String, split: String = "s", organs: [OrganKey] = organs, rounds: Int = 2,
        origins: [LabelOrigin] = [.expert, .assisted, .reviewed], unassigned: Bool = false, config: String = "{}"
    ) -> RunStart {
        RunStart(
            name: name, config: JSONText(config), configDigest: digest(7), seed: 1, split: split,
            origins: origins, trainsUnassigned: unassigned, organs: organs, modalities: ["CT"],
            gammas: (0..<rounds).map { Double($0 + 1) / Double(rounds) })
    }

    func start(
        _ name: String, split: String = "s", organs: [OrganKey] = organs, rounds: Int = 2, lease: Double = 600,
        unassigned: Bool = false, config: String = "{}"
    ) async throws -> HeldRun {
        let run = try await training.startRun(
            runStart(name, split: split, organs: organs, rounds: rounds, unassigned: unassigned, config: config))
        guard let claim = try await queue("w", lease).claim(run: run.id.rawValue) else {
            throw CatalogError.unknownRun(name)
        }
        return HeldRun(
            run: run, claim: Claim(job: JobID(claim.job), token: claim.token),
            rounds: try await training.rounds(of: run.id))
    }

    func checkpoint(
        _ held: HeldRun, _ round: Int, step: Int = 1, kind: CheckpointKind = .network, part: SplitPart = .train
    ) async throws -> CheckpointID {
        try await reach(kind == .network ? "training" : "trained", held, round)
        let kindOffset = kind == .network ? 0 : 500
        let bytes = digest(4_000_000 + 1000 * Int(held.rounds[round].id.rawValue) + kindOffset + step)
        return try await training.recordCheckpoint(
            held.claim, round: held.rounds[round].id, kind: kind, part: part, step: step, storing: { (bytes, 500) })
    }

    /// Stages labels of one volume with a checkpoint of the same round; a label without a confidence has an empty mask.
    ///
    /// - Parameters:
    ///   - withheld: the organs whose masks are withheld.
    ///   - quality: of every mask with foreground.
    func stage(
        _ held: HeldRun, _ round: Int, _ checkpoint: CheckpointID, _ volume: VolumeID,
        _ labels: [(OrganKey, Int, Double?)], withheld: [OrganKey] = [], quality: MaskQuality? = nil
    ) async throws {
        try await reach("relabelling", held, round)
        // All masks of a call lie in one object.
        let object = digest(5_000_000 + labels[0].1)
        let staged = labels.map { organ, n, confidence in
            var stored = confidence == nil ? emptyMask(n) : mask(n, known: 7)
            stored.object = object
            return StagedMask(
                organ: organ, mask: stored, confidence: confidence, quality: confidence == nil ? nil : quality,
                withheld: withheld.contains(organ) ? "lowQuality" : nil)
        }
        try await training.stage(
            held.claim, round: held.rounds[round].id, checkpoint: checkpoint, volume: volume, storing: { staged })
    }

    func publish(_ held: HeldRun, _ round: Int, withheld: [OrganKey] = []) async throws {
        try await reach("relabelling", held, round)
        try await training.publish(
            held.claim, round: held.rounds[round].id, from: "relabelling", to: "published",
            withheld: Dictionary(uniqueKeysWithValues: withheld.map { ($0, "flooding") }))
    }

    func evaluate(_ held: HeldRun, _ round: Int, _ results: [EvaluationRecord]) async throws {
        try await reach("confidenceFitted", held, round)
        try await training.recordEvaluation(held.claim, round: held.rounds[round].id, results)
    }

    /// Takes a round through the states before `state`, as a driver does; does nothing where it is in that state or a later one.
    func reach(_ state: String, _ held: HeldRun, _ round: Int) async throws {
        let path = ["planned", "training", "trained", "confidenceFitted", "evaluated", "relabelling"]
        let id = held.rounds[round].id
        let now = try await root.ask("select state from lacuna.round where id = \(id)")[0]
        guard let first = path.firstIndex(of: now), let last = path.firstIndex(of: state), first < last else { return }
        for step in first..<last {
            try await training.advance(
                held.claim, round: id, from: path[step], to: path[step + 1], record: JSONText("{}"))
        }
    }

    /// Closes the last round of a run, and with it the run.
    func close(_ held: HeldRun, _ round: Int) async throws {
        try await reach("evaluated", held, round)
        try await training.advance(
            held.claim, round: held.rounds[round].id, from: "evaluated", to: "published", record: JSONText("{}"),
            finishing: true)
    }

    /// Every state as of now, as label_states has them.
    func states(_ revision: Int? = nil) async throws -> [String] {
        let asOf = revision.map(String.init) ?? "lacuna.current_revision()"
        return try await manager.ask("select * from lacuna.label_states(\(asOf)) order by volume_id, organ_id")
    }

    /// The states of (volume, organ key, status, origin) alone.
    func plainStates() async throws -> [String] {
        try await manager.ask(
            """
            select l.volume_id, o.key, l.status, l.origin from lacuna.label_states(lacuna.current_revision()) l
            join lacuna.organ o on o.id = l.organ_id order by 1, 2
            """)
    }

    func revision() async throws -> Int { Int(try await catalog.currentRevision().number) }
}
