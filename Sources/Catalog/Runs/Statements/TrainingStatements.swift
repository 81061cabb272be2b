import Domain
import Postgres

struct RoleOfSession: Statement {
    static let sql = """
        select session_user::text, r.rolsuper or pg_has_role(session_user, 'lacuna_owner', 'member')
            or pg_has_role(session_user, 'lacuna_manager', 'member')
        from pg_roles r where r.rolname = session_user
        """
    struct Found: Sendable {
        let name: String
        let isPrivileged: Bool
    }
    func decode(_ row: PostgresRow) throws -> Found {
        Found(name: try row.decode(0), isPrivileged: try row.decode(1))
    }
}

struct FindRun: Statement {
    static let sql = "select id, name, config_sha256, finished, revision from lacuna.run where name = $1"
    let name: String
    var binds: [any PostgresBindable] { [name] }
    func decode(_ row: PostgresRow) throws -> StoredRun {
        StoredRun(
            id: try row.decode(0), name: try row.decode(1), configDigest: try row.decode(2),
            isFinished: try row.decode(3), revision: try row.decode(4))
    }
}

struct ConfigurationOfRun: Statement {
    static let sql = "select config from lacuna.run where id = $1"
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> JSONText { try row.decode(0) }
}

struct LostInputs: Statement {
    static let sql = "select lacuna.lost_inputs($1)"
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

struct StartRun: Statement {
    static let sql = """
        select lacuna.start_run($1, $2, $3, $4, $5, $6::text[]::lacuna.label_origin[], $7, $8::text[], $9::text[],
            $10::text[], $11::text[], $12::float8[]::real[], $13, $14, $15)
        """
    let start: RunStart
    let program: String
    let claim: Claim?
    var binds: [any PostgresBindable] {
        let mapping = start.classMapping.flatMap { organ, all in all.map { (organ: organ, accepted: $0) } }
        return [
            start.name, start.config, start.configDigest, start.seed, start.split, start.origins.map(\.rawValue),
            start.trainsUnassigned, start.organs, mapping.map(\.organ), mapping.map(\.accepted), start.modalities,
            start.gammas, program, claim?.job, claim?.token,
        ]
    }
}

struct RunVolumes: Statement {
    static let sql = """
        select volume_id, subject_id, part, shape, modality, root, file, file_sha256, affine from lacuna.run_volumes($1)
        """
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> RunVolume { try RunVolume(row) }
}

extension RunVolume {
    init(_ row: PostgresRow) throws {
        let shape: [Int] = try row.decode(3)
        self.init(
            id: try row.decode(0), subject: try row.decode(1), part: try row.decode(2),
            shape: GridShape(shape[0], shape[1], shape[2]), modality: try row.decode(4), root: try row.decode(5),
            file: try row.decode(6), sha256: try row.decode(7), affine: try row.decode(8))
    }
}

struct RunLabels: Statement {
    static let sql = """
        select volume_id, part, organ, extent, mask_id, content_sha256, object_digest, object_offset, object_length,
            voxels, known_voxels
        from lacuna.run_labels($1)
        """
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> RunLabel {
        var label = try RunLabel(row)
        label.size = try MaskSize.ifPresent(in: row, from: 9)
        return label
    }
}

extension RunLabel {
    init(_ row: PostgresRow) throws {
        self.init(
            volume: try row.decode(0), part: try row.decode(1), organ: try row.decode(2), extent: try row.decode(3),
            mask: try MaskLocation.ifPresent(in: row, from: 4))
    }
}

extension MaskSize {
    fileprivate static func ifPresent(in row: PostgresRow, from column: Int) throws -> MaskSize? {
        guard let voxels: Int = try row.decode(column) else { return nil }
        return MaskSize(voxels: voxels, known: try row.decode(column + 1))
    }
}

struct RoundLabels: Statement {
    static let sql = """
        select volume_id, organ, confidence, mask_id, content_sha256, object_digest, object_offset, object_length, is_earlier,
            voxels, known_voxels
        from lacuna.round_labels($1)
        """
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> RoundLabel {
        var label = try RoundLabel(row)
        label.size = try MaskSize.ifPresent(in: row, from: 9)
        return label
    }
}

extension RoundLabel {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            volume: try row.decode(0), organ: try row.decode(1), confidence: try row.decode(2),
            mask: try MaskLocation(row, from: 3), isEarlier: try row.decode(8))
    }
}

struct RoundMasks: Statement {
    static let sql = """
        select volume_id, organ, confidence, mask_id, content_sha256, object_digest, object_offset, object_length, false
        from lacuna.round_masks($1)
        """
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> RoundLabel { try RoundLabel(row) }
}

struct MasksBefore: Statement {
    static let sql = """
        select m.volume_id, m.organ, m.confidence, m.mask_id, m.content_sha256, m.object_digest, m.object_offset,
            m.object_length, false
        from lacuna.round r join lacuna.round b on b.run_id = r.run_id and b.number = r.number - 1
        cross join lateral lacuna.round_masks(b.id) m
        where r.id = $1 and m.volume_id = $2
        """
    let round: RoundID
    let volume: VolumeID
    var binds: [any PostgresBindable] { [round, volume] }
    func decode(_ row: PostgresRow) throws -> RoundLabel { try RoundLabel(row) }
}

/// The rounds of a run with pseudo labels none of which may be read any more.
struct RecalledRounds: Statement {
    static let sql = """
        select r.number from lacuna.round r
        where r.run_id = $1 and exists (select from lacuna.pseudo_label l where l.round_id = r.id)
          and not exists (select from lacuna.round_labels(r.id))
        order by r.number
        """
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

struct CountRoundLabels: Statement {
    static let sql = """
        select o.key, count(*) from lacuna.pseudo_label l join lacuna.organ o on o.id = l.organ_id
        where l.round_id = $1 and not l.carried group by o.key
        """
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> (organ: OrganKey, labels: Int) {
        (try row.decode(0), Int(try row.decode(1, as: Int64.self)))
    }
}

struct RoundsOfRun: Statement {
    static let sql = """
        select r.id, r.number, r.state, r.record, c.revision,
            (select count(*) from lacuna.pseudo_label l where l.round_id = r.id and not l.carried),
            (select count(*) from lacuna.withheld_mask w where w.round_id = r.id)
        from lacuna.round r left join lacuna.change c on c.id = r.published_change_id
        where r.run_id = $1 order by r.number
        """
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> StoredRound {
        StoredRound(
            id: try row.decode(0), number: try row.decode(1), state: try row.decode(2), record: try row.decode(3),
            revision: try row.decode(4), labels: try row.decode(5), withheldMasks: try row.decode(6))
    }
}

struct FindRound: Statement {
    static let sql = "select number, state::text, record from lacuna.round where id = $1"
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> StoredRound {
        StoredRound(
            id: round, number: try row.decode(0), state: try row.decode(1), record: try row.decode(2), revision: nil,
            labels: 0, withheldMasks: 0)
    }
}

struct StartingWeights: Statement {
    static let sql = """
        select p.name, w.object_digest from lacuna.run_start s join lacuna.run p on p.id = s.previous_run_id
        left join lateral (
            select c.object_digest from lacuna.round r
            join lacuna.checkpoint c on c.round_id = r.id and c.kind = 'network' and c.removal is null
            where r.run_id = p.id and r.number = coalesce(s.previous_round, r.number)
            order by r.number desc, c.step desc limit 1) w on true
        where s.run_id = $1
        """
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> RunOrigin {
        RunOrigin(run: try row.decode(0), weights: try row.decode(1, as: Digest?.self))
    }
}

struct FindRunOfRound: Statement {
    static let sql = """
        select run.id, run.name, run.config::text, r.number from lacuna.round r join lacuna.run on run.id = r.run_id where r.id = $1
        """
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> RunOfRound {
        RunOfRound(
            run: try row.decode(0), name: try row.decode(1), configuration: JSONText(try row.decode(2)),
            number: Int(try row.decode(3, as: Int32.self)))
    }
}

/// The checkpoints of a kind that have bytes, the newest first.
struct StoredCheckpoints: Statement {
    static let sql = """
        select id, step, object_digest from lacuna.checkpoint
        where round_id = $1 and kind = $2 and removal is null order by step desc
        """
    let round: RoundID
    let kind: CheckpointKind
    var binds: [any PostgresBindable] { [round, kind.rawValue] }
    func decode(_ row: PostgresRow) throws -> CheckpointRecord {
        CheckpointRecord(id: try row.decode(0), step: try row.decode(1), object: try row.decode(2))
    }
}

struct DiscardCheckpoint: Statement {
    static let sql = "select lacuna.discard_checkpoint($1, $2, $3, $4, $5, $6)"
    let claim: Claim
    let round: RoundID
    let checkpoint: CheckpointID
    let program: String
    let problem: String
    var binds: [any PostgresBindable] { [claim.job, claim.token, round, checkpoint, program, problem] }
}

struct AdvanceRound: Statement {
    static let sql = "select lacuna.advance_round($1, $2, $3, $4::lacuna.round_state, $5::lacuna.round_state, $6)"
    let claim: Claim
    let round: RoundID
    let from: String
    let to: String
    let record: JSONText
    var binds: [any PostgresBindable] { [claim.job, claim.token, round, from, to, record] }
}

struct RecordCheckpoint: Statement {
    static let sql = "select lacuna.record_checkpoint($1, $2, $3, $4, $5::lacuna.split_part, $6::integer, $7, $8)"
    let claim: Claim
    let round: RoundID
    let kind: CheckpointKind
    let part: SplitPart
    let step: Int
    let digest: Digest
    let bytes: Int
    var binds: [any PostgresBindable] {
        [claim.job, claim.token, round, kind.rawValue, part.rawValue, step, digest, bytes]
    }
    func decode(_ row: PostgresRow) throws -> CheckpointID { try row.decode(0) }
}

struct RecordEvaluation: Statement {
    static let sql = """
        select lacuna.record_evaluation($1, $2, $3, $4::bigint[], $5::text[], $6::float8[]::real[], $7::float8[]::real[],
            $8::float8[]::real[], $9::float8[]::real[], $10::float8[]::real[])
        """
    let claim: Claim
    let round: RoundID
    let results: [EvaluationRecord]
    var binds: [any PostgresBindable] {
        [
            claim.job, claim.token, round, results.map(\.volume), results.map(\.organ), results.map(\.dice),
            results.map(\.predictedMillilitres), results.map(\.referenceMillilitres), results.map(\.confidence),
            results.map(\.softDice),
        ]
    }
}

struct AnnotatedSizes: Statement {
    static let sql = "select organ, masks, smallest_ml, largest_ml from lacuna.annotated_sizes($1) order by 1"
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> (organ: OrganKey, size: AnnotatedSize) {
        (
            try row.decode(0),
            AnnotatedSize(masks: try row.decode(1), smallest: try row.decode(2), largest: try row.decode(3))
        )
    }
}

/// The Dice of a round on volumes of the part validation.
struct DiceOfRound: Statement {
    static let sql = """
        select e.volume_id, o.key, e.dice::float8 from lacuna.evaluation e join lacuna.organ o on o.id = e.organ_id
        where e.round_id = $1 and e.part = 'validation' and e.dice is not null order by 1, o.position
        """
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> VolumeDice {
        VolumeDice(volume: try row.decode(0), organ: try row.decode(1), dice: try row.decode(2))
    }
}

struct RecordSelection: Statement {
    static let sql = """
        select lacuna.record_selection($1, $2, $3, $4::text[], $5::bigint[], $6::float8[]::real[], $7::float8[]::real[])
        """
    let claim: Claim
    let round: RoundID
    let selections: [SelectionRecord]
    var binds: [any PostgresBindable] {
        [
            claim.job, claim.token, round, selections.map(\.organ), selections.map(\.positives),
            selections.flatMap(\.byConfidence), selections.flatMap(\.byProbability),
        ]
    }
}

/// All masks are in one object.
struct StagePseudoLabels: Statement {
    static let sql = """
        select lacuna.stage_pseudo_labels($1, $2, $3, $4, $5, $6, $7, $8::text[], $9::bigint[], $10::bigint[], $11::bytea[],
            $12::bigint[], $13::bigint[], $14::integer[], $15::float8[]::real[], $16::float8[]::real[], $17::float8[]::real[],
            $18::float8[]::real[], $19::float8[]::real[], $20::text[])
        """
    let claim: Claim
    let round: RoundID
    let checkpoint: CheckpointID
    let volume: VolumeID
    let masks: [StagedMask]
    var binds: [any PostgresBindable] {
        let stored = masks.map(\.mask)
        let predicted = masks.map(\.quality?.predicted)
        return [
            claim.job, claim.token, round, checkpoint, volume, stored[0].object, stored[0].objectBytes,
            masks.map(\.organ), stored.map(\.offset), stored.map(\.length), stored.map(\.content), stored.map(\.voxels),
            stored.map(\.knownVoxels), stored.flatMap(\.box.bounds), masks.map(\.confidence),
            masks.map(\.quality?.softDice), predicted.map { $0?.dice }, predicted.map { $0?.lower },
            predicted.map { $0?.upper }, masks.map(\.withheld),
        ]
    }
}

struct PublishRound: Statement {
    static let sql = """
        select lacuna.publish_round($1, $2, $3, $4::lacuna.round_state, $5::lacuna.round_state, $6::text[], $7::text[])
        """
    let claim: Claim
    let round: RoundID
    let from: String
    let to: String
    let withheld: [OrganKey: String]
    var binds: [any PostgresBindable] {
        let sorted = withheld.sorted { $0.key.rawValue < $1.key.rawValue }
        return [claim.job, claim.token, round, from, to, sorted.map(\.key), sorted.map(\.value)]
    }
}

struct FinishRun: Statement {
    static let sql = "select lacuna.finish_run($1, $2)"
    let claim: Claim
    var binds: [any PostgresBindable] { [claim.job, claim.token] }
}

/// Those among checksums of image files that are of purged volumes only.
struct PurgedImages: Statement {
    static let sql = "select p from lacuna.purged_images($1::bytea[]) p"
    let digests: [Digest]
    var binds: [any PostgresBindable] { [digests] }
    func decode(_ row: PostgresRow) throws -> Digest { try row.decode(0) }
}
