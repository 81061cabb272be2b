import Domain
import Postgres

struct SeriesSalt: Statement {
    static let sql = "select salt from lacuna.series_salt"
    func decode(_ row: PostgresRow) throws -> [UInt8] { try row.decode(0) }
}

struct InsertSeries: Statement {
    static let sql = """
        insert into lacuna.source_series (source_id, patient, study, series) values ($1, $2, $3, $4) on conflict (source_id) do nothing
        """
    let source: SourceID
    let series: SeriesRecord
    var binds: [any PostgresBindable] { [source, series.patient, series.study, series.series] }
}

/// A removed and purged subject with the study of a case, or with its patient in the same dataset.
struct PurgedSubjectOfSeries: Statement {
    static let sql = PurgedSubject.first(
        among: """
            select v.subject_id from lacuna.source_series k join lacuna.source s on s.id = k.source_id
            join lacuna.volume v on v.id = s.volume_id where k.study = $1
            union
            select v.subject_id from lacuna.source_series k join lacuna.source s on s.id = k.source_id
            join lacuna.release r on r.id = s.release_id join lacuna.volume v on v.id = s.volume_id
            where k.patient = $2 and r.dataset_id = $3::integer
            """)
    let series: SeriesRecord
    let dataset: DatasetID?
    var binds: [any PostgresBindable] { [series.study, series.patient, dataset] }
    func decode(_ row: PostgresRow) throws -> CatalogError { try PurgedSubject.decode(row) }
}

/// Origin: the subject that an identifier merged into the present one, else the present one.
struct ListSeriesHolders: Statement {
    static let sql = """
        with recursive wanted (patient, study) as (
            select k.patient, k.study from lacuna.source s join lacuna.source_series k on k.source_id = s.id where s.release_id = $1
            union
            select p, null from unnest($2::bytea[]) p
            union
            select null, t from unnest($3::bytea[]) t),
        identifier (is_study, value) as (
            select i.is_study, i.value from wanted w cross join lateral (values (false, w.patient), (true, w.study)) i (is_study, value)
            where i.value is not null
            union
            select n.is_study, n.value from identifier i
            cross join lateral (
                select k.patient, k.study from lacuna.source_series k where not i.is_study and k.patient = i.value
                union all
                select k.patient, k.study from lacuna.source_series k where i.is_study and k.study = i.value) k
            cross join lateral (values (false, k.patient), (true, k.study)) n (is_study, value)
            where n.value is not null),
        found as (
            select k.source_id from identifier i join lacuna.source_series k on k.patient = i.value where not i.is_study
            union
            select k.source_id from identifier i join lacuna.source_series k on k.study = i.value where i.is_study)
        select d.name || '/' || s.case_name, d.name, v.id, v.subject_id, coalesce((
                select j.merged_id from lacuna.join_in_force j
                where j.subject_id = v.subject_id and j.cause in ('patient', 'study') and v.id = any (j.volumes) order by j.id limit 1),
                v.subject_id)::text, (
                select a.key from lacuna.subject_alias a
                where a.dataset_id = d.id and a.subject_id = v.subject_id and a.stated order by a.key limit 1),
            k.patient, k.study
        from found f join lacuna.source_series k using (source_id) join lacuna.source s on s.id = k.source_id
        join lacuna.volume v on v.id = s.volume_id
        join lacuna.release r on r.id = s.release_id join lacuna.dataset d on d.id = r.dataset_id
        order by s.id
        """
    let release: Int32?
    let patients: [Digest]
    let studies: [Digest]
    var binds: [any PostgresBindable] { [release, patients, studies] }
    func decode(_ row: PostgresRow) throws -> SeriesHolder {
        SeriesHolder(
            name: try row.decode(0), dataset: try row.decode(1), volume: try row.decode(2), subject: try row.decode(3),
            origin: try row.decode(4), statedKey: try row.decode(5), patient: try row.decode(6),
            study: try row.decode(7))
    }
}

struct ListSeparations: Statement {
    static let sql = """
        select distinct subject_id, separated_id from lacuna.subject_split
        where subject_id = any ($1::bigint[]) or separated_id = any ($1::bigint[])
        """
    let subjects: [SubjectID]
    var binds: [any PostgresBindable] { [subjects] }
    func decode(_ row: PostgresRow) throws -> (SubjectID, SubjectID) { (try row.decode(0), try row.decode(1)) }
}

struct ListIdentifierJoins: Statement {
    static let sql = """
        select j.id, j.subject_id, lacuna.volumes_of_join(j.id, j.subject_id), lacuna.sides_share_a_key(j.id, j.subject_id)
        from lacuna.join_in_force j
        where j.cause in ('patient', 'study') and j.subject_id = any ($1::bigint[])
          and j.volumes && array(select id from lacuna.volume where subject_id = any ($1::bigint[]))
        order by j.id desc
        """
    let subjects: [SubjectID]
    var binds: [any PostgresBindable] { [subjects] }
    func decode(_ row: PostgresRow) throws -> IdentifierJoin {
        let merged: [VolumeID] = try row.decode(2)
        return IdentifierJoin(
            id: try row.decode(0), subject: try row.decode(1), merged: Set(merged), isSupported: try row.decode(3))
    }
}
