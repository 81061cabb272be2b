import Domain
import Postgres

/// Of the sources with one identifier and one subject, the first is listed; each other subject is listed once.
struct ListDifferingSubjects: Statement {
    static let sql = """
        with named as materialized (
            select s.id, s.volume_id, v.subject_id, j.name as subject, r.dataset_id, d.name as dataset,
                d.name || '/' || s.case_name as name, k.key as subject_key, i.patient, i.study
            from lacuna.source s join lacuna.source_key k on k.source_id = s.id
            join lacuna.release r on r.id = s.release_id join lacuna.dataset d on d.id = r.dataset_id
            join lacuna.volume v on v.id = s.volume_id join lacuna.subject j on j.id = v.subject_id
            left join lacuna.source_series i on i.source_id = s.id
            where not exists (select from lacuna.withdrawn_dataset g where g.dataset_id = d.id)
              and not exists (select from lacuna.withheld_volume h where h.volume_id = s.volume_id)),
        pair as (
            select 'voxels' as evidence, coalesce((
                    select min(k.source_id) from lacuna.source_key k
                    join lacuna.subject_alias b on (b.dataset_id, b.key) = (k.dataset_id, k.key)
                    where k.volume_id = n.volume_id and b.subject_id = n.subject_id
                      and not exists (select from lacuna.withdrawn_dataset g where g.dataset_id = k.dataset_id)), n.id) as first_id,
                n.id as other_id, a.subject_id as other_subject
            from named n join lacuna.subject_alias a on (a.dataset_id, a.key) = (n.dataset_id, n.subject_key)
            where a.subject_id <> n.subject_id
            union all
            (select distinct on (f.id, n.subject_id) 'patient', f.id, n.id, n.subject_id
             from (select distinct on (dataset_id, patient) * from named where patient is not null
                   order by dataset_id, patient, id) f
             join named n on n.dataset_id = f.dataset_id and n.patient = f.patient
             where n.subject_id <> f.subject_id order by f.id, n.subject_id, n.id)
            union all
            (select distinct on (f.id, n.subject_id) 'study', f.id, n.id, n.subject_id
             from (select distinct on (study) * from named where study is not null order by study, id) f
             join named n on n.study = f.study
             where n.subject_id <> f.subject_id order by f.id, n.subject_id, n.id)
            union all
            (select distinct on (f.id, n.patient) 'patients', f.id, n.id, n.subject_id
             from (select distinct on (dataset_id, subject_id) * from named where patient is not null
                   order by dataset_id, subject_id, id) f
             join named n on n.dataset_id = f.dataset_id and n.subject_id = f.subject_id
             where n.patient <> f.patient order by f.id, n.patient, n.id))
        select p.evidence, o.volume_id, f.name, f.subject, o.name, j.name,
            f.subject_id <> p.other_subject and lacuna.are_apart(f.subject_id, p.other_subject, o.dataset_id)
        from pair p join named f on f.id = p.first_id join named o on o.id = p.other_id
        join lacuna.subject j on j.id = p.other_subject
        where ($1::bigint is null or $1 in (f.volume_id, o.volume_id)) and ($2::text is null or $2 in (f.dataset, o.dataset))
        order by p.evidence, f.id, o.id
        """
    let volume: VolumeID?
    let dataset: String?
    var binds: [any PostgresBindable] { [volume, dataset] }
    func decode(_ row: PostgresRow) throws -> DifferingSubjects {
        guard let evidence = DifferingSubjects.Evidence(rawValue: try row.decode(0)) else {
            throw try row.field(0).mismatch("evidence of a subject")
        }
        return DifferingSubjects(
            evidence: evidence, volume: try row.decode(1), first: try row.decode(2), firstSubject: try row.decode(3),
            other: try row.decode(4), otherSubject: try row.decode(5), areApart: try row.decode(6))
    }
}
