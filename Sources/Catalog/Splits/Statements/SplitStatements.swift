import Domain
import Postgres

struct ListSubjects: Statement {
    static let sql = """
        select distinct v.subject_id from lacuna.volume v
        join lacuna.volume_dataset m on m.volume_id = v.id
        join lacuna.dataset d on d.id = m.dataset_id
        where $1::text is null or d.name = $1 order by 1
        """
    let dataset: String?
    var binds: [any PostgresBindable] { [dataset] }
    func decode(_ row: PostgresRow) throws -> SubjectID { try row.decode(0) }
}

struct FindSplit: Statement {
    static let sql = "select id from lacuna.split where name = $1"
    let name: String
    var binds: [any PostgresBindable] { [name] }
    func decode(_ row: PostgresRow) throws -> SplitID { try row.decode(0) }
}

struct InsertSplit: Statement {
    static let sql = """
        insert into lacuna.split (name, method, seed, locks_test, change_id) values ($1, $2, $3, $4, $5) returning id
        """
    let name: String
    let method: String
    let seed: Int?
    let locksTest: Bool
    let change: ChangeID
    var binds: [any PostgresBindable] { [name, method, seed, locksTest, change] }
    func decode(_ row: PostgresRow) throws -> SplitID { try row.decode(0) }
}

struct InsertSplitMembers: Statement {
    static let sql = """
        insert into lacuna.split_member (split_id, subject_id, part)
        select $1, m.subject, m.part::lacuna.split_part from unnest($2::bigint[], $3::text[]) as m (subject, part)
        """
    let split: SplitID
    let subjects: [SubjectID]
    let parts: [String]
    var binds: [any PostgresBindable] { [split, subjects, parts] }
}

/// Until `CountSplits`, splits that this transaction creates are not counted, nor are their members.
struct DeferCountingOfSplits: Statement {
    static let sql = "set constraints lacuna.splits_are_counted deferred"
}

struct CountSplits: Statement {
    static let sql = "set constraints lacuna.splits_are_counted immediate"
}

struct ListSplits: Statement {
    static let sql = """
        with member as (select split_id, part, count(*) as n from lacuna.split_member group by 1, 2)
        select s.name, m.part, m.n, coalesce(c.volumes, 0), s.locks_test and m.part = 'test'
        from lacuna.split s join member m on m.split_id = s.id
        join lacuna.coverage_scope k on k.split_id = s.id and k.part = m.part
        left join lacuna.coverage_volumes(null, '{split}') c on c.scope_id = k.id
        order by s.id, m.part
        """
    func decode(_ row: PostgresRow) throws -> SplitPartRow {
        SplitPartRow(
            split: try row.decode(0), part: try row.decode(1), subjects: try row.decode(2), volumes: try row.decode(3),
            isLocked: try row.decode(4))
    }
}

struct OrgansBySplit: Statement {
    static let sql = """
        with annotated as (
            select distinct v.subject_id, a.organ_id from lacuna.annotation_current a
            join lacuna.volume v on v.id = a.volume_id where a.status = 'annotated')
        select s.name, o.key, count(*) filter (where m.part = 'train'), count(*) filter (where m.part = 'confidence'),
            count(*) filter (where m.part = 'validation'), count(*) filter (where m.part = 'test')
        from lacuna.split s join lacuna.split_member m on m.split_id = s.id
        join annotated a on a.subject_id = m.subject_id join lacuna.organ o on o.id = a.organ_id
        group by s.id, s.name, o.position, o.key order by s.id, o.position, o.key
        """
    func decode(_ row: PostgresRow) throws -> SplitOrganRow {
        SplitOrganRow(
            split: try row.decode(0), organ: OrganKey(rawValue: try row.decode(1)),
            subjects: [
                .train: try row.decode(2), .confidence: try row.decode(3), .validation: try row.decode(4),
                .test: try row.decode(5),
            ])
    }
}

/// The subjects of locked test parts.
struct LockedSubjects: Statement {
    static let sql = "select distinct subject_id from lacuna.locked_subject"
    func decode(_ row: PostgresRow) throws -> SubjectID { try row.decode(0) }
}

struct LockedVolumes: Statement {
    static let sql = "select id from lacuna.volume where subject_id in (select subject_id from lacuna.locked_subject)"
    func decode(_ row: PostgresRow) throws -> VolumeID { try row.decode(0) }
}

/// Splits older than a lock, with the number of its subjects that are not in their test part.
struct SplitsWithLockedSubjects: Statement {
    static let sql = """
        select s.name, count(*) from lacuna.split_member m join lacuna.split s on s.id = m.split_id
        where m.part <> 'test' and m.subject_id in (select subject_id from lacuna.locked_subject) group by s.id, s.name
        """
    func decode(_ row: PostgresRow) throws -> (String, Int) { (try row.decode(0), try row.decode(1)) }
}
