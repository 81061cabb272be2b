import Catalog
import Domain
import Imaging
import Objects
import Postgres
import TestSupport
import Testing

/// Two datasets, and a round that predicted liver and spleen in the volumes of the second one, as a daemon records it: the spleen of k1
/// and both organs of k2; the liver of k1 is withheld. Its masks and its checkpoint are in the object store.
struct PredictedSet {
    static let organs: [OrganKey] = ["liver", "spleen"]

    let trainer: Connection
    private let training: TrainingCatalog
    private let store: LocalObjectStore
    private let claim: Claim
    private let rounds: [StoredRound]
    /// Of k1 and k2.
    let volumes: [VolumeID]

    static func with(_ body: (Workbench, PredictedSet) async throws -> Void) async throws {
        try await Workbench.with { bench in
            let set = try await PredictedSet(bench)
            try await set.predict(
                0, [(0, "spleen", TinySet.spleen, nil), (0, "liver", TinySet.liver, "lowQuality")],
                [(1, "liver", TinySet.liver, nil), (1, "spleen", TinySet.spleen, nil)])
            try await body(bench, set)
            await set.trainer.close()
        }
    }

    private init(_ bench: Workbench) async throws {
        let own = try TinySet("internal", ["liver", "spleen"], in: bench)
        try own.add("c1", scan: 1, [(1, TinySet.liver), (2, TinySet.spleen)])
        let other = try TinySet("public", ["pancreas"], in: bench)
        let pancreas = VoxelBox(lower: Vector3(8, 2, 4), upper: Vector3(10, 4, 6))
        for (name, scan) in [("k1", 2), ("k2", 3)] { try other.add(name, scan: scan, [(1, pancreas)]) }
        for arguments in [
            ["dataset", "import", own.path], ["dataset", "import", other.path],
            ["split", "create", "s", "--train", "internal", "--train", "public"],
        ] {
            let ending = try await bench.start(arguments).end()
            #expect(ending.status == 0, "\(arguments): \(ending.errors)")
        }
        let catalog = LabelCatalog(bench.connection, program: "tests")
        volumes = [
            try await catalog.volume(named: "public/k1", files: []).id,
            try await catalog.volume(named: "public/k2", files: []).id,
        ]
        store = try await LocalObjectStore.open("\(bench.home)/objects", catalogue: try await catalog.uuid())
        trainer = try await Connection.connect(bench.settings.with(user: "lacunad"))
        try await trainer.execute(Ask.preparation)
        training = TrainingCatalog(trainer, program: "tests")
        let run = try await training.startRun(
            RunStart(
                name: "r", config: JSONText("{}"), configDigest: Digest(bytes: [UInt8](repeating: 7, count: 32)),
                seed: 1,
                split: "s", origins: [.expert, .reviewed], trainsUnassigned: false, organs: Self.organs,
                modalities: ["CT"], gammas: [0.5, 1]))
        rounds = try await training.rounds(of: run.id)
        let held = try await trainer.ask("select job, token from lacuna.claim_run(\(run.id), 'w', 600)")[0]
        let numbers = held.split(separator: "|").compactMap { Int64($0) }
        claim = Claim(job: JobID(numbers[0]), token: numbers[1])
    }

    /// Predicts and publishes a round: groups of masks by volume, each with its organ, box and why it is withheld.
    func predict(
        _ number: Int, _ volumes: [(Int, OrganKey, VoxelBox, String?)]..., withholding organs: [OrganKey: String] = [:]
    ) async throws {
        let round = rounds[number].id
        try await advance(round, from: "planned", to: "training")
        let bytes = try await store.put([UInt8]("parameters of round \(number)".utf8))
        let checkpoint = try await training.recordCheckpoint(
            claim, round: round, kind: .network, part: .train, step: 1, storing: { (bytes.digest, bytes.size) })
        let path = ["training", "trained", "confidenceFitted", "evaluated", "relabelling"]
        for (from, to) in zip(path, path.dropFirst()) { try await advance(round, from: from, to: to) }
        for masks in volumes {
            let volume = self.volumes[masks[0].0]
            let staged = try await staged(masks, of: volume)
            try await training.stage(claim, round: round, checkpoint: checkpoint, volume: volume, storing: { staged })
        }
        try await training.publish(claim, round: round, from: "relabelling", to: "published", withheld: organs)
    }

    private func advance(_ round: RoundID, from: String, to: String) async throws {
        _ = try await training.advance(claim, round: round, from: from, to: to, record: JSONText("{}"))
    }

    /// The network was not sure of the lower half of the volume.
    private func staged(
        _ masks: [(Int, OrganKey, VoxelBox, String?)], of volume: VolumeID
    ) async throws -> [StagedMask] {
        let shape = TinySet.shape
        let known = BitVolume(
            shape, filling: VoxelBox(lower: Vector3(0, 0, 6), upper: Vector3(shape.x, shape.y, shape.z)))
        var packer = ObjectPacker(predictionsOf: volume)
        let packed = masks.map { mask in
            let encoded = MaskCodec.encode(foreground: BitVolume(shape, filling: mask.2), known: known)
            return (mask, encoded, packer.append(encoded.bytes))
        }
        let object = try await store.put(packer.finish())
        return packed.map { mask, encoded, entry in
            StagedMask(
                organ: mask.1,
                mask: StoredMask(
                    content: encoded.contentHash, object: object.digest, objectBytes: object.size, offset: entry.offset,
                    length: entry.length, voxels: encoded.voxels, knownVoxels: encoded.knownVoxels, box: encoded.box),
                confidence: encoded.voxels == 0 ? nil : 0.75,
                quality: encoded.voxels == 0
                    ? nil : MaskQuality(softDice: 0.5, predicted: PredictedDice(dice: 0.75, lower: 0.5, upper: 0.875)),
                withheld: mask.3)
        }
    }
}

extension Workbench {
    /// The voxels of the validity mask of a mask; `-` without one.
    func knownVoxels(of mask: Int) async throws -> String {
        try await connection.execute(Ask.preparation)
        return try await connection.ask("select known_voxels from lacuna.mask where id = \(mask)")[0]
    }
}
