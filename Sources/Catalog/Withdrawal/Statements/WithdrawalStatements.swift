import Domain
import Postgres

struct RemovalPlan: Statement {
    static let sql = """
        select kind, id, label, n, effect from (
            select 1 as part, p.* from lacuna.removal_plan($1::integer, $2) with ordinality p (kind, id, label, n, effect, i)
            union all
            select 2, 'export', e.id, e.label, e.n, 'already exported', e.id from lacuna.exports_of_removal($1::integer, $2) e) item
        order by part, i
        """
    let dataset: DatasetID?
    let subject: SubjectID?
    var binds: [any PostgresBindable] { [dataset, subject] }
    func decode(_ row: PostgresRow) throws -> RemovalItem {
        RemovalItem(
            kind: try row.decode(0), id: try row.decode(1), label: try row.decode(2), count: try row.decode(3),
            effect: try row.decode(4))
    }
}

struct IsWithdrawn: Statement {
    static let sql = """
        select coalesce((
            select w.withdrawn from lacuna.withdrawal w
            where w.dataset_id = $1::integer or w.subject_id = $2 or w.volume_id = $3 order by w.id desc limit 1), false)
        """
    let thing: Withdrawable
    var binds: [any PostgresBindable] { [thing.dataset, thing.subject, thing.volume] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

/// Whether a dataset that is removed now, or a volume that is withheld now, was so since a revision.
struct IsWithdrawnSince: Statement {
    static let sql = """
        select exists (
            select from lacuna.change c join lacuna.withdrawal w on w.change_id = c.id
            where c.revision > $1
              and (exists (select from lacuna.withdrawn_dataset d where d.withdrawal_id = w.id)
                   or exists (select from lacuna.withheld_volume v where v.withdrawal_id = w.id)))
        """
    let revision: Revision
    var binds: [any PostgresBindable] { [revision] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

/// The change, or nil where nothing changed.
struct Withdraw: Statement {
    static let sql = "select lacuna.withdraw($1::integer, $2, $3, $4, $5, $6, $7)"
    let thing: Withdrawable
    let withdrawn: Bool
    let recalls: Bool
    let reason: String
    let program: String
    var binds: [any PostgresBindable] {
        [thing.dataset, thing.subject, thing.volume, withdrawn, recalls, reason, program]
    }
    func decode(_ row: PostgresRow) throws -> ChangeID? { try row.decode(0) }
}

/// The subject of an image, by its identity, or of a dataset's key, where it is removed and one of its volumes is purged.
struct PurgedSubject: Statement {
    static let sql = first(
        among: """
            select v.subject_id from lacuna.volume v where v.identity = $1
            union
            select a.subject_id from lacuna.subject_alias a where a.dataset_id = $2::integer and a.key = $3
            """)

    /// The name of the first removed and purged subject among those of a query, with the reason and the revision of its removal.
    static func first(among subjects: String) -> String {
        """
        select j.name, w.reason, c.revision
        from (\(subjects)) s
        join lacuna.subject j on j.id = s.subject_id
        cross join lateral (
            select withdrawn, reason, change_id from lacuna.withdrawal where subject_id = s.subject_id order by id desc limit 1) w
        join lacuna.change c on c.id = w.change_id
        where w.withdrawn and exists (
            select from lacuna.volume v join lacuna.purged_volume p on p.volume_id = v.id where v.subject_id = s.subject_id)
        limit 1
        """
    }

    static func decode(_ row: PostgresRow) throws -> CatalogError {
        .purgedSubject(try row.decode(0), reason: try row.decode(1), revision: Revision(try row.decode(2)))
    }

    let identity: Digest
    let dataset: DatasetID?
    let key: String
    var binds: [any PostgresBindable] { [identity, dataset, key] }
    func decode(_ row: PostgresRow) throws -> CatalogError { try Self.decode(row) }
}

/// The subject of an image, by its identity, or of a dataset's key, where it is removed, purged or not; or else the image's volume
/// where that is excluded.
struct FindWithholding: Statement {
    static let sql = """
        (select j.name, null::bigint, w.reason
        from (
            select v.subject_id from lacuna.volume v where v.identity = $1
            union
            select a.subject_id from lacuna.subject_alias a where a.dataset_id = $2::integer and a.key = $3) s
        join lacuna.subject j on j.id = s.subject_id
        cross join lateral (
            select withdrawn, reason from lacuna.withdrawal where subject_id = s.subject_id order by id desc limit 1) w
        where w.withdrawn limit 1)
        union all
        (select null, v.id, w.reason from lacuna.volume v
        cross join lateral (
            select withdrawn, reason from lacuna.withdrawal where volume_id = v.id order by id desc limit 1) w
        where v.identity = $1 and w.withdrawn)
        limit 1
        """
    let identity: Digest
    let dataset: DatasetID?
    let key: String
    var binds: [any PostgresBindable] { [identity, dataset, key] }
    func decode(_ row: PostgresRow) throws -> Withholding {
        Withholding(subject: try row.decode(0), volume: try row.decode(1), reason: try row.decode(2))
    }
}

struct ReasonOfWithholding: Statement {
    static let sql = """
        select w.reason from lacuna.withheld_volume h join lacuna.withdrawal w on w.id = h.withdrawal_id where h.volume_id = $1
        """
    let volume: VolumeID
    var binds: [any PostgresBindable] { [volume] }
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}
