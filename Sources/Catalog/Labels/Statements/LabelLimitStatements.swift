import Domain
import Postgres

struct FindCountingLabel: Statement {
    static let sql = """
        select m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length, l.status, l.origin, a.extent,
            l.round_id is not null
        from lacuna.label_states(lacuna.current_revision(), $1, (select id from lacuna.organ where key = $2)) l
        left join lacuna.mask m on m.id = l.mask_id
        left join lacuna.annotation a on a.id = l.annotation_id
        """
    let volume: VolumeID
    let organ: OrganKey
    var binds: [any PostgresBindable] { [volume, organ] }
    func decode(_ row: PostgresRow) throws -> CurrentLabel {
        CurrentLabel(
            mask: try MaskLocation.ifPresent(in: row, from: 0), status: try row.decode(5), origin: try row.decode(6),
            limits: try LabelLimits(row, from: 7))
    }
}

/// All annotations of a mask have the same extent.
struct LimitsOfMask: Statement {
    static let sql = """
        select (select a.extent from lacuna.annotation a where a.mask_id = $1 order by a.id limit 1),
            exists (select from lacuna.predicted_mask l where l.mask_id = $1)
        """
    let mask: MaskID
    var binds: [any PostgresBindable] { [mask] }
    func decode(_ row: PostgresRow) throws -> LabelLimits { try LabelLimits(row, from: 0) }
}

/// The source of the first annotation, or else label, with the mask.
struct SourceOfMask: Statement {
    static let sql = """
        select coalesce(
            (select lacuna.annotation_source(d.name, r.name, a.rater, a.partitioned) from lacuna.annotation a
             left join lacuna.release r on r.id = a.release_id left join lacuna.dataset d on d.id = r.dataset_id
             where a.mask_id = $1 order by a.id limit 1),
            (select run.name || '/' || r.number from lacuna.predicted_mask l join lacuna.round r on r.id = l.round_id
             join lacuna.run on run.id = r.run_id where l.mask_id = $1 limit 1),
            (select d.name || ' ' || r.name from lacuna.shipped_label s join lacuna.release r on r.id = s.release_id
             join lacuna.dataset d on d.id = r.dataset_id where s.mask_id = $1 order by s.id limit 1),
            '')
        """
    let mask: MaskID
    var binds: [any PostgresBindable] { [mask] }
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

extension LabelLimits {
    /// Two columns: extent, and whether a round made it.
    init(_ row: PostgresRow, from column: Int) throws {
        self.init(extent: try row.decode(column), isPrediction: try row.decode(column + 1))
    }
}
