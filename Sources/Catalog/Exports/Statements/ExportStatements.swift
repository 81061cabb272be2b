import Domain
import Postgres

/// The label of each organ of a volume as of a revision, with the location of the mask and the dataset or run; with datasets,
/// as if no other dataset had been imported. Data removed since are withheld at every revision.
struct ExportLabels: Statement {
    static let sql = """
        select o.key, l.status, l.origin, a.extent, l.confidence, run.name || '/' || r.number, d.name,
            m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length
        from lacuna.label_states($1, $2, null,
            case when cardinality($3::text[]) > 0 then array(select n.id from lacuna.dataset n where n.name = any ($3)) end) l
        join lacuna.organ o on o.id = l.organ_id
        left join lacuna.mask m on m.id = l.mask_id
        left join lacuna.annotation a on a.id = l.annotation_id
        left join lacuna.pseudo_label p on l.round_id is not null and p.mask_id = l.mask_id and not p.carried
        left join lacuna.round r on r.id = p.round_id
        left join lacuna.run on run.id = r.run_id
        left join lacuna.release e on e.id = coalesce(
            a.release_id,
            (select s.release_id from lacuna.shipped_label s
             where l.annotation_id is null and l.round_id is null and s.mask_id = l.mask_id limit 1))
        left join lacuna.dataset d on d.id = e.dataset_id
        where not exists (select from lacuna.withdrawn_dataset w where w.dataset_id = d.id)
          and not lacuna.is_recalled(l.round_id)
          and not lacuna.derives_from_removed(l.mask_id)
        order by o.position
        """
    let revision: Revision
    let volume: VolumeID
    /// Empty: all.
    let datasets: [String]
    var binds: [any PostgresBindable] { [revision, volume, datasets] }
    func decode(_ row: PostgresRow) throws -> ExportLabel { try ExportLabel(row) }
}

/// The pseudo labels of a run in a volume as of a revision, whether it is the catalogue's current run or not.
struct ExportRunLabels: Statement {
    static let sql = """
        with pointer as (
            select distinct on (p.organ_id) p.organ_id, p.round_id
            from lacuna.run join lacuna.round_pointer p on p.run_id = run.id join lacuna.change c on c.id = p.change_id
            where run.name = $3 and c.revision <= $1 order by p.organ_id, p.id desc)
        select o.key, 'pseudo', 'model', null::integer[], l.confidence, $3 || '/' || r.number, null::text,
            m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length
        from pointer p
        join lacuna.pseudo_label l on l.round_id = p.round_id and l.organ_id = p.organ_id and l.volume_id = $2
        join lacuna.organ o on o.id = l.organ_id
        join lacuna.pseudo_label k on k.mask_id = l.mask_id and not k.carried
        join lacuna.round r on r.id = k.round_id
        join lacuna.mask m on m.id = l.mask_id
        where not lacuna.is_recalled(p.round_id) and not exists (
            select from lacuna.rejected_mask j join lacuna.change c on c.id = j.change_id
            where j.mask_id = l.mask_id and c.revision <= $1)
        order by o.position
        """
    let revision: Revision
    let volume: VolumeID
    let run: String
    var binds: [any PostgresBindable] { [revision, volume, run] }
    func decode(_ row: PostgresRow) throws -> ExportLabel { try ExportLabel(row) }
}

struct ListLicences: Statement {
    static let sql = """
        select d.name, e.name, l.licence, l.source from lacuna.release_licence l
        join lacuna.release e on e.id = l.release_id join lacuna.dataset d on d.id = e.dataset_id
        order by d.name, e.id, l.position
        """
    func decode(_ row: PostgresRow) throws -> LicenceRow {
        LicenceRow(
            dataset: try row.decode(0), release: try row.decode(1),
            statement: LicenceStatement(text: try row.decode(2), source: try row.decode(3)))
    }
}

struct InsertExportMasks: Statement {
    static let sql = "insert into lacuna.export_mask (activity_id, mask_id) select $1, unnest($2::bigint[])"
    let activity: ActivityID
    let masks: [MaskID]
    var binds: [any PostgresBindable] { [activity, masks] }
}

extension ExportLabel {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            organ: try row.decode(0), status: try row.decode(1), origin: try row.decode(2),
            extent: try row.decode(3), confidence: try row.decode(4), round: try row.decode(5),
            dataset: try row.decode(6), mask: try MaskLocation.ifPresent(in: row, from: 7))
    }
}
