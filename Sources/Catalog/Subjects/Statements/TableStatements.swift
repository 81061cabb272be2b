import Domain
import Postgres

/// The newest statement of a table about each case of a release.
struct ListStatedKeys: Statement {
    static let sql = """
        select distinct on (case_name) case_name, key from lacuna.stated_subject where release_id = $1 order by case_name, id desc
        """
    let release: Int32
    var binds: [any PostgresBindable] { [release] }
    func decode(_ row: PostgresRow) throws -> (caseName: String, key: String) {
        (try row.decode(0), try row.decode(1))
    }
}

/// All rows of a table.
struct InsertStatedKeys: Statement {
    static let sql = """
        insert into lacuna.stated_subject (release_id, case_name, key, activity_id)
        select $1, t.case_name, t.key, $4 from unnest($2::text[], $3::text[]) as t (case_name, key) order by t.case_name
        """
    let release: Int32
    let table: [(caseName: String, key: String)]
    let activity: ActivityID
    var binds: [any PostgresBindable] { [release, table.map(\.caseName), table.map(\.key), activity] }
}

/// The sources of a dataset with the keys of their subjects, in the order of cases.
struct ListKeyedSources: Statement {
    static let sql = """
        select k.release_id, k.case_name, k.volume_id, v.subject_id, k.key, k.stated, k.counts, coalesce(a.subject_id = v.subject_id, false)
        from lacuna.source_key k join lacuna.volume v on v.id = k.volume_id
        left join lacuna.subject_alias a on a.dataset_id = k.dataset_id and a.key = k.key
        where k.dataset_id = $1 and k.key is not null order by k.case_name, k.source_id
        """
    let dataset: DatasetID
    var binds: [any PostgresBindable] { [dataset] }
    func decode(_ row: PostgresRow) throws -> KeyedSource {
        KeyedSource(
            release: try row.decode(0), caseName: try row.decode(1), volume: try row.decode(2),
            subject: try row.decode(3), key: try row.decode(4), isStated: try row.decode(5), counts: try row.decode(6),
            isBound: try row.decode(7))
    }
}

/// The keys of the volumes of a subject, in all datasets.
struct KeysInSubject: Statement {
    static let sql = """
        select k.volume_id, k.dataset_id, k.key from lacuna.source_key k
        where k.volume_id = any (array(select id from lacuna.volume where subject_id = $1)) and k.counts and k.key is not null order by 1
        """
    struct Found: Sendable {
        let volume: VolumeID
        let dataset: DatasetID
        let key: String
    }
    let subject: SubjectID
    var binds: [any PostgresBindable] { [subject] }
    func decode(_ row: PostgresRow) throws -> Found {
        Found(volume: try row.decode(0), dataset: try row.decode(1), key: try row.decode(2))
    }
}

/// The newest join by a table, of those in force of some subjects, whose sides no longer have a key in common.
struct UnsupportedJoin: Statement {
    static let sql = """
        select j.id, j.subject_id from lacuna.join_in_force j
        where j.cause = 'table' and j.subject_id = any ($1::bigint[])
          and j.volumes && array(select id from lacuna.volume where subject_id = any ($1::bigint[]))
          and not lacuna.sides_share_a_key(j.id, j.subject_id)
        order by j.id desc limit 1
        """
    struct Found: Sendable {
        let join: Int64
        let subject: SubjectID
    }
    let subjects: [SubjectID]
    var binds: [any PostgresBindable] { [subjects] }
    func decode(_ row: PostgresRow) throws -> Found { Found(join: try row.decode(0), subject: try row.decode(1)) }
}

/// A removed and purged subject among some.
struct PurgedAmong: Statement {
    static let sql = PurgedSubject.first(among: "select unnest($1::bigint[]) as subject_id")
    let subjects: [SubjectID]
    var binds: [any PostgresBindable] { [subjects] }
    func decode(_ row: PostgresRow) throws -> CatalogError { try PurgedSubject.decode(row) }
}

/// The subjects of the scans of a dataset, and those that its keys name.
struct SubjectsOfKeys: Statement {
    static let sql = """
        select v.subject_id from lacuna.release r join lacuna.source s on s.release_id = r.id join lacuna.volume v on v.id = s.volume_id
        where r.dataset_id = $1
        union
        select subject_id from lacuna.subject_alias where dataset_id = $1
        """
    let dataset: DatasetID
    var binds: [any PostgresBindable] { [dataset] }
    func decode(_ row: PostgresRow) throws -> SubjectID { try row.decode(0) }
}

struct KeysToBind: Statement {
    static let sql = "select count(*) from lacuna.key_changes($1::bigint[])"
    let subjects: [SubjectID]
    var binds: [any PostgresBindable] { [subjects] }
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

struct BindKeys: Statement {
    static let sql = """
        select d.name || '/' || b.key, b.stated, b.old_id is null, b.old_id <> b.new_id, b.new_id is null, b.extends_removal
        from lacuna.bind_keys($1::bigint[], $2, $3::bigint[]) b join lacuna.dataset d on d.id = b.dataset_id order by 1
        """
    let subjects: [SubjectID]
    let change: ChangeID
    /// Subjects that are named also where no key changes.
    let named: [SubjectID]
    var binds: [any PostgresBindable] { [subjects, change, named] }
    func decode(_ row: PostgresRow) throws -> KeyChange {
        let effect: KeyChange.Effect =
            if try row.decode(2) { .named } else if try row.decode(4) { .dropped } else if try row.decode(3) {
                .moved
            } else { .stated }
        return KeyChange(
            name: try row.decode(0), isStated: try row.decode(1), effect: effect, extendsRemoval: try row.decode(5))
    }
}

struct ListSubjectKeys: Statement {
    static let sql = "select key, subject_id from lacuna.subject_alias where dataset_id = $1"
    let dataset: DatasetID
    var binds: [any PostgresBindable] { [dataset] }
    func decode(_ row: PostgresRow) throws -> (key: String, subject: SubjectID) {
        (try row.decode(0), try row.decode(1))
    }
}
