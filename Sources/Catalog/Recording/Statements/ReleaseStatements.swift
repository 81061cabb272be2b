import Domain
import Postgres

struct EnsureDataset: Statement {
    static let sql = """
        with made as (insert into lacuna.dataset (name) values ($1) on conflict do nothing returning id)
        select id from made union all select id from lacuna.dataset where name = $1 limit 1
        """
    let name: String
    var binds: [any PostgresBindable] { [name] }
    func decode(_ row: PostgresRow) throws -> DatasetID { try row.decode(0) }
}

struct FindRelease: Statement {
    static let sql = "select id from lacuna.release where dataset_id = $1 and name = $2"
    let dataset: DatasetID
    let name: String
    var binds: [any PostgresBindable] { [dataset, name] }
    func decode(_ row: PostgresRow) throws -> Int32 { try row.decode(0) }
}

struct InsertRelease: Statement {
    static let sql = """
        insert into lacuna.release (dataset_id, name, layout, origin, licence, licence_source, root, activity_id)
        values ($1, $2, $3, $4::lacuna.label_origin, $5, $6, $7, $8) returning id
        """
    let dataset: DatasetID
    let record: ReleaseRecord
    let activity: ActivityID
    var binds: [any PostgresBindable] {
        [
            dataset, record.release, record.layout, record.origin, record.licence, record.licenceSource, record.root,
            activity,
        ]
    }
    func decode(_ row: PostgresRow) throws -> Int32 { try row.decode(0) }
}

struct InsertLabelMap: Statement {
    static let sql = """
        insert into lacuna.label_map_entry (release_id, value, name, organ_id)
        select $1, m.value, m.name, o.id
        from unnest($2::integer[], $3::text[], $4::text[]) as m (value, name, organ)
        join lacuna.organ o on o.key = m.organ
        """
    let release: Int32
    let entries: [LabelMap.Entry]
    var binds: [any PostgresBindable] {
        let flat = entries.flatMap { entry in entry.organs.map { (entry, $0) } }
        return [release, flat.map { Int32($0.0.value) }, flat.map(\.0.name), flat.map(\.1)]
    }
}

/// Statements that are recorded already are skipped.
struct InsertLicences: Statement {
    static let sql = """
        insert into lacuna.release_licence (release_id, position, licence, source, activity_id)
        select $1, (select coalesce(max(l.position), 0) from lacuna.release_licence l where l.release_id = $1)
            + row_number() over (order by s.i), s.licence, s.source, $4
        from (select licence, source, min(i) as i
              from unnest($2::text[], $3::text[]) with ordinality as g (licence, source, i) group by 1, 2) s
        where not exists (
            select from lacuna.release_licence l where l.release_id = $1 and (l.licence, l.source) = (s.licence, s.source))
        """
    let release: Int32
    let statements: [LicenceStatement]
    let activity: ActivityID
    var binds: [any PostgresBindable] { [release, statements.map(\.text), statements.map(\.source), activity] }
}

struct ListRecordedFiles: Statement {
    static let sql = """
        select distinct on (s.case_name) s.case_name, s.file_sha256,
            array(select f.file from lacuna.label_file f where f.source_id = s.id order by f.id),
            array(select f.file_sha256 from lacuna.label_file f where f.source_id = s.id order by f.id),
            s.file, i.root, s.image_release_id, e.name
        from lacuna.source s
        join lacuna.release r on r.id = s.release_id
        join lacuna.release i on i.id = coalesce(s.image_release_id, s.release_id)
        join lacuna.dataset e on e.id = i.dataset_id
        join lacuna.dataset d on d.id = r.dataset_id
        where d.name = $1 and r.name = $2
        order by s.case_name, s.id desc
        """
    struct Found: Sendable {
        let caseName: String
        let image: Digest
        let labelFiles: [String]
        let labelDigests: [Digest]
        let place: ImagePlace
    }
    let dataset: String
    let release: String
    var binds: [any PostgresBindable] { [dataset, release] }
    func decode(_ row: PostgresRow) throws -> Found {
        Found(
            caseName: try row.decode(0), image: try row.decode(1), labelFiles: try row.decode(2),
            labelDigests: try row.decode(3),
            place: ImagePlace(
                file: try row.decode(4), root: try row.decode(5), release: try row.decode(6),
                dataset: try row.decode(7)))
    }
}

/// The newest image of every case of a dataset's releases, without withheld ones.
struct ImagesOfDataset: Statement {
    static let sql = """
        select distinct on (r.id, s.case_name) s.case_name, r.name, s.volume_id, v.modality, s.file_sha256, s.study, s.phase,
            array(select a.key from lacuna.subject_alias a
                  where a.dataset_id = d.id and a.subject_id = v.subject_id order by a.key),
            s.file, i.root, i.id, e.name
        from lacuna.dataset d
        join lacuna.release r on r.dataset_id = d.id
        join lacuna.source s on s.release_id = r.id
        join lacuna.volume v on v.id = s.volume_id
        join lacuna.release i on i.id = coalesce(s.image_release_id, s.release_id)
        join lacuna.dataset e on e.id = i.dataset_id
        where d.name = $1 and not exists (select from lacuna.withheld_volume h where h.volume_id = v.id)
        order by r.id, s.case_name, s.id desc
        """
    let dataset: String
    var binds: [any PostgresBindable] { [dataset] }
    func decode(_ row: PostgresRow) throws -> DatasetImage {
        DatasetImage(
            caseName: try row.decode(0), release: try row.decode(1), volume: try row.decode(2),
            modality: try row.decode(3), sha256: try row.decode(4), study: try row.decode(5), phase: try row.decode(6),
            subjects: try row.decode(7),
            place: ImagePlace(
                file: try row.decode(8), root: try row.decode(9), release: try row.decode(10),
                dataset: try row.decode(11)),
            placeRelease: try row.decode(10))
    }
}
