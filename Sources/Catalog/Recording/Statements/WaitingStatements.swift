import Domain
import Postgres

struct ListWaiting: Statement {
    static let sql = """
        select d.name, r.name, w.case_name, coalesce((
                select t.key from lacuna.stated_subject t where t.release_id = r.id and t.case_name = w.case_name order by t.id desc limit 1),
                w.subject_key),
            w.file, r.root, w.file_sha256, w.file_bytes,
            to_char(w.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), w.activity_id
        from lacuna.dataset d
        join lacuna.release r on r.dataset_id = d.id
        join lacuna.waiting_now w on w.release_id = r.id
        where d.name = $1 and ($2::text is null or r.name = $2)
        order by r.id, w.case_name, w.file
        """
    let dataset: String
    let release: String?
    var binds: [any PostgresBindable] { [dataset, release] }
    func decode(_ row: PostgresRow) throws -> WaitingLabel {
        WaitingLabel(
            dataset: try row.decode(0), release: try row.decode(1), caseName: try row.decode(2),
            subject: try row.decode(3), file: try row.decode(4), root: try row.decode(5), sha256: try row.decode(6),
            bytes: try row.decode(7), since: try row.decode(8), activity: try row.decode(9))
    }
}

/// Files that neither wait with the same bytes and subject nor have a source.
struct InsertWaiting: Statement {
    static let sql = """
        insert into lacuna.waiting_label (release_id, case_name, subject_key, file, file_sha256, file_bytes, activity_id)
        select $1, n.case_name, n.subject_key, n.file, n.digest, n.bytes, $2
        from unnest($3::text[], $4::text[], $5::text[], $6::bytea[], $7::bigint[])
            as n (case_name, subject_key, file, digest, bytes)
        where not exists (
            select from lacuna.waiting_now w where w.release_id = $1
              and (w.file, w.file_sha256, w.subject_key) = (n.file, n.digest, n.subject_key))
          and not exists (
            select from lacuna.source s join lacuna.label_file f on f.source_id = s.id
            where s.release_id = $1 and f.file = n.file)
        returning id
        """
    let release: Int32
    let labels: [WaitingRecord]
    let activity: ActivityID
    var binds: [any PostgresBindable] {
        [
            release, activity, labels.map(\.caseName), labels.map(\.subjectKey), labels.map(\.file.path),
            labels.map(\.file.sha256), labels.map(\.file.bytes),
        ]
    }
    func decode(_ row: PostgresRow) throws -> Int64 { try row.decode(0) }
}

struct EndWaiting: Statement {
    static let sql = """
        insert into lacuna.waiting_label (release_id, case_name, subject_key, file, file_sha256, file_bytes, is_waiting, activity_id)
        select w.release_id, w.case_name, w.subject_key, w.file, w.file_sha256, w.file_bytes, false, $3
        from lacuna.waiting_now w where w.release_id = $1 and w.file = any ($2::text[])
        """
    let release: Int32
    let files: [String]
    let activity: ActivityID
    var binds: [any PostgresBindable] { [release, files, activity] }
}
