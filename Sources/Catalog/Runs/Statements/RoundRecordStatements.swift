import Domain
import Postgres

struct FindRoundDetails: Statement {
    static let sql = """
        select r.id, run.name, r.number, r.gamma, r.state::text, r.record, run.config, run.config_sha256, run.seed, s.name,
            run.origins::text[], run.modalities, run.trains_unassigned, run.revision, p.revision, c.revision, run.finished,
            exists (select from lacuna.contaminated_checkpoint k where k.round_id = r.id), lacuna.is_recalled(r.id),
            (select count(*) from lacuna.predicted_mask l where l.round_id = r.id),
            (select count(distinct l.volume_id) from lacuna.predicted_mask l where l.round_id = r.id), a.id, a.agent, a.program
        from lacuna.round r join lacuna.run on run.id = r.run_id join lacuna.split s on s.id = run.split_id
        join lacuna.activity a on a.id = r.activity_id
        left join lacuna.change p on p.id = r.published_change_id
        left join lacuna.change c on c.id = run.cancelled_change_id
        where r.run_id = $1 and r.number = $2
        """
    let run: RunID
    let round: Int
    var binds: [any PostgresBindable] { [run, round] }
    func decode(_ row: PostgresRow) throws -> RoundDetails {
        RoundDetails(
            id: try row.decode(0), run: try row.decode(1), number: try row.decode(2), gamma: try row.decode(3),
            state: try row.decode(4), record: try row.decode(5), configuration: try row.decode(6),
            configDigest: try row.decode(7), seed: try row.decode(8), split: try row.decode(9),
            origins: try row.decode(10), modalities: try row.decode(11), trainsUnassigned: try row.decode(12),
            snapshotRevision: try row.decode(13), publishedRevision: try row.decode(14),
            cancelledRevision: try row.decode(15), isFinished: try row.decode(16), isContaminated: try row.decode(17),
            isRecalled: try row.decode(18), masks: try row.decode(19), maskedVolumes: try row.decode(20),
            activity: try row.decode(21), agent: try row.decode(22), program: try row.decode(23))
    }
}

struct SnapshotPartsOfRun: Statement {
    static let sql = """
        select i.part, count(distinct v.subject_id), count(distinct i.volume_id), count(*)
        from lacuna.run_input i join lacuna.volume v on v.id = i.volume_id where i.run_id = $1 group by i.part order by i.part
        """
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> SnapshotPart {
        SnapshotPart(
            part: try row.decode(0), subjects: try row.decode(1), volumes: try row.decode(2),
            annotations: try row.decode(3))
    }
}

struct CheckpointsOfRound: Statement {
    static let sql = """
        select c.id, c.kind, c.step, c.object_digest, o.bytes, c.removal,
            to_char(c.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        from lacuna.checkpoint c join lacuna.object o on o.digest = c.object_digest
        where c.round_id = $1 order by c.kind, c.step, c.id
        """
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> RoundCheckpoint {
        RoundCheckpoint(
            id: try row.decode(0), kind: try row.decode(1), step: try row.decode(2), object: try row.decode(3),
            bytes: try row.decode(4), removal: try row.decode(5), time: try row.decode(6))
    }
}

struct HistoryOfRound: Statement {
    static let sql = """
        select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), state::text, worker, login, reason
        from lacuna.round_event where round_id = $1 order by id
        """
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> RoundHistoryEvent {
        RoundHistoryEvent(
            time: try row.decode(0), state: try row.decode(1), worker: try row.decode(2), login: try row.decode(3),
            reason: try row.decode(4))
    }
}
