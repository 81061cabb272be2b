import Domain
import Postgres

/// Ends the claims on runs that the subject takes part in.
struct StopRunsWithSubject: Statement {
    static let sql = "select lacuna.stop_runs_with_subject($1)"
    let subject: SubjectID
    var binds: [any PostgresBindable] { [subject] }
}

struct MergeSubjects: Statement {
    static let sql = "select lacuna.merge_subjects($1, $2, $3, $4)"
    let kept: SubjectID
    let merged: SubjectID
    let change: ChangeID
    let cause: JoinCause
    var binds: [any PostgresBindable] { [kept, merged, change, cause.rawValue] }
}

/// The joins in force of a subject.
struct JoinsOfSubject: Statement {
    static let sql = """
        select j.id, j.cause, j.merged_id, m.name, j.volumes, array(
                select d.name || '/' || k.key from unnest(j.datasets, j.keys) as k (dataset_id, key)
                join lacuna.dataset d on d.id = k.dataset_id order by 1),
            c.revision
        from lacuna.join_in_force j join lacuna.subject m on m.id = j.merged_id join lacuna.change c on c.id = j.change_id
        where j.subject_id = $1 and j.volumes && array(select id from lacuna.volume where subject_id = $1) order by j.id
        """
    let subject: SubjectID
    var binds: [any PostgresBindable] { [subject] }
    func decode(_ row: PostgresRow) throws -> RecordedJoin {
        guard let cause = JoinCause(rawValue: try row.decode(1)) else { throw try row.field(1).mismatch("a cause") }
        return RecordedJoin(
            id: try row.decode(0), cause: cause, merged: try row.decode(2), mergedName: try row.decode(3),
            volumes: try row.decode(4), names: try row.decode(5), revision: try row.decode(6))
    }
}

struct PresentSubject: Statement {
    static let sql = "select subject_id from lacuna.join_in_force where merged_id = $1 order by id desc limit 1"
    let subject: SubjectID
    var binds: [any PostgresBindable] { [subject] }
    func decode(_ row: PostgresRow) throws -> SubjectID { try row.decode(0) }
}

struct TakeJoinApart: Statement {
    static let sql = "select lacuna.take_join_apart($1, $2, $3)"
    let join: Int64
    let change: ChangeID
    let isByPerson: Bool
    var binds: [any PostgresBindable] { [join, change, isByPerson] }
    func decode(_ row: PostgresRow) throws -> SubjectID { try row.decode(0) }
}

/// The new subject's name is that of its first key, or of the first case.
struct SeparateVolumes: Statement {
    static let sql = """
        select lacuna.separate_volumes($1, $2::bigint[],
            (select d.name || '/' || s.case_name from lacuna.source s join lacuna.release r on r.id = s.release_id
             join lacuna.dataset d on d.id = r.dataset_id where s.volume_id = any ($2::bigint[]) order by s.id limit 1), $3, $4)
        """
    let subject: SubjectID
    let volumes: [VolumeID]
    let change: ChangeID
    let isByPerson: Bool
    var binds: [any PostgresBindable] { [subject, volumes, change, isByPerson] }
    func decode(_ row: PostgresRow) throws -> SubjectID { try row.decode(0) }
}

/// The volumes of the merged side of a join in a subject.
struct VolumesOfJoin: Statement {
    static let sql = "select lacuna.volumes_of_join($1, $2)"
    let join: Int64
    let subject: SubjectID
    var binds: [any PostgresBindable] { [join, subject] }
    func decode(_ row: PostgresRow) throws -> [VolumeID] { try row.decode(0) }
}
