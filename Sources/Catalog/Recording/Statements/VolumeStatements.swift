import Domain
import Postgres

/// The subject with that key in a dataset, or nil; others that would create or merge it wait until the transaction ends.
struct LockSubject: Statement {
    static let sql = "select lacuna.lock_subject($1::integer, $2)"
    let dataset: DatasetID
    let key: String
    var binds: [any PostgresBindable] { [dataset, key] }
    func decode(_ row: PostgresRow) throws -> SubjectID? { try row.decode(0) }
}

/// A new subject named by its key.
struct InsertSubject: Statement {
    static let sql = "select lacuna.create_subject($1::integer, $2)"
    let dataset: DatasetID
    let key: String
    var binds: [any PostgresBindable] { [dataset, key] }
    func decode(_ row: PostgresRow) throws -> SubjectID { try row.decode(0) }
}

struct InsertSubjectAlias: Statement {
    static let sql = "insert into lacuna.subject_alias (dataset_id, key, subject_id, stated) values ($1, $2, $3, $4)"
    let dataset: DatasetID
    let key: String
    let subject: SubjectID
    /// Whether a table of the caller named it.
    let isStated: Bool
    var binds: [any PostgresBindable] { [dataset, key, subject, isStated] }
}

/// Whether two subjects are known to be different.
struct AreApart: Statement {
    static let sql = "select lacuna.are_apart($1, $2, $3::integer)"
    let one: SubjectID
    let other: SubjectID
    let dataset: DatasetID
    var binds: [any PostgresBindable] { [one, other, dataset] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

/// Whether a table of the dataset names a subject by another key than this one, so that it is another patient.
struct IsNamedOtherwise: Statement {
    static let sql = """
        select exists (
            select from lacuna.subject_alias where subject_id = $1 and dataset_id = $2 and stated and key <> $3)
        """
    let subject: SubjectID
    let dataset: DatasetID
    let key: String
    var binds: [any PostgresBindable] { [subject, dataset, key] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

/// The volume of that identity, or nil; others that would create or change it wait until the transaction ends.
struct LockVolume: Statement {
    static let sql = "select volume_id, subject_id from lacuna.lock_volume($1)"
    struct Found: Sendable {
        let id: VolumeID
        let subject: SubjectID
    }
    let identity: Digest
    var binds: [any PostgresBindable] { [identity] }
    func decode(_ row: PostgresRow) throws -> Found? {
        guard let id: VolumeID = try row.decode(0, as: VolumeID?.self) else { return nil }
        return Found(id: id, subject: try row.decode(1))
    }
}

struct InsertVolume: Statement {
    static let sql = """
        insert into lacuna.volume (subject_id, identity, orientation_blind, clipped, shape_x, shape_y, shape_z, modality, change_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id
        """
    let source: SourceRecord
    let subject: SubjectID
    let change: ChangeID
    var binds: [any PostgresBindable] {
        [
            subject, source.identity, source.orientationBlind, source.clipped, source.shape.x, source.shape.y,
            source.shape.z, source.modality, change,
        ]
    }
    func decode(_ row: PostgresRow) throws -> VolumeID { try row.decode(0) }
}

/// Whether the volume's modality was unknown and is this one now.
struct SetUnknownModality: Statement {
    static let sql = "select lacuna.set_unknown_modality($1, $2)"
    let volume: VolumeID
    let modality: String
    var binds: [any PostgresBindable] { [volume, modality] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

/// The subject of a known scan, where the case's key is of another.
struct FindSubjectClash: Statement {
    static let sql = """
        select j.name, lacuna.are_apart(a.subject_id, v.subject_id, $2::integer)
        from lacuna.volume v join lacuna.subject j on j.id = v.subject_id
        join lacuna.subject_alias a on a.dataset_id = $2 and a.key = $3
        where v.identity = $1 and a.subject_id <> v.subject_id
        """
    let source: SourceRecord
    let dataset: DatasetID
    var binds: [any PostgresBindable] { [source.identity, dataset, source.subjectKey] }
    func decode(_ row: PostgresRow) throws -> SubjectClash {
        SubjectClash(recorded: try row.decode(0), areApart: try row.decode(1))
    }
}

struct CorrectModality: Statement {
    static let sql = "select lacuna.correct_modality($1, $2, $3)"
    let source: SourceID
    let modality: String
    let change: ChangeID
    var binds: [any PostgresBindable] { [source, modality, change] }
}

struct FindSource: Statement {
    static let sql = """
        select s.id, n.modality from lacuna.source s join lacuna.source_modality_now n on n.source_id = s.id
        where s.release_id = $1 and s.case_name = $2 and s.volume_id = $3
        """
    struct Found: Sendable {
        let id: SourceID
        let modality: String
    }
    let release: Int32
    let caseName: String
    let volume: VolumeID
    var binds: [any PostgresBindable] { [release, caseName, volume] }
    func decode(_ row: PostgresRow) throws -> Found { Found(id: try row.decode(0), modality: try row.decode(1)) }
}

/// A recorded case whose image is now a known volume that is none of the case's.
struct FindExchangedScan: Statement {
    static let sql = """
        select s.case_name, s.volume_id, n.id,
            array(select d.name || '/' || o.case_name from lacuna.source o
                  join lacuna.release r on r.id = o.release_id join lacuna.dataset d on d.id = r.dataset_id
                  where o.volume_id = n.id order by r.id <> $1, o.id limit 3)
        from lacuna.source s
        join lacuna.volume n on n.identity = $3
        where s.release_id = $1 and s.case_name = $2 and not exists (
            select from lacuna.source k where k.release_id = $1 and k.case_name = $2 and k.volume_id = n.id)
        order by s.id desc limit 1
        """
    let source: SourceRecord
    let release: Int32
    var binds: [any PostgresBindable] { [release, source.caseName, source.identity] }
    func decode(_ row: PostgresRow) throws -> ExchangedScan {
        ExchangedScan(
            caseName: try row.decode(0), volume: try row.decode(1), shown: try row.decode(2), shownAs: try row.decode(3)
        )
    }
}

/// The volume of a case's earlier image, where the image is another volume now.
struct FindReplacedVolume: Statement {
    static let sql = """
        select s.volume_id from lacuna.source s join lacuna.volume v on v.id = s.volume_id
        where s.release_id = $1 and s.case_name = $2 and v.identity <> $3 order by s.id desc limit 1
        """
    let source: SourceRecord
    let release: Int32
    var binds: [any PostgresBindable] { [release, source.caseName, source.identity] }
    func decode(_ row: PostgresRow) throws -> VolumeID { try row.decode(0) }
}

struct InsertSource: Statement {
    static let sql = """
        insert into lacuna.source (volume_id, release_id, case_name, file, file_sha256, file_bytes, affine, spacing, orientation,
            qform_code, sform_code, storage_type, findings, change_id, image_release_id, study, phase, modality, subject_key)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) returning id
        """
    let source: SourceRecord
    let volume: VolumeID
    let release: Int32
    let change: ChangeID
    var binds: [any PostgresBindable] {
        let spacing = source.affine.spacing
        return [
            volume, release, source.caseName, source.image.path, source.image.sha256, source.image.bytes,
            source.affine.rows, [spacing.x, spacing.y, spacing.z], source.orientation, source.qformCode,
            source.sformCode, source.storageType, JSONText(source.findings), change, source.imageRelease, source.study,
            source.phase, source.modality, source.subjectKey,
        ]
    }
    func decode(_ row: PostgresRow) throws -> SourceID { try row.decode(0) }
}

struct LabelFilesOfSource: Statement {
    static let sql = "select id, file, file_sha256 from lacuna.label_file where source_id = $1 order by id"
    struct Found: Sendable {
        let id: Int64
        let path: String
        let sha256: Digest
    }
    let source: SourceID
    var binds: [any PostgresBindable] { [source] }
    func decode(_ row: PostgresRow) throws -> Found {
        Found(id: try row.decode(0), path: try row.decode(1), sha256: try row.decode(2))
    }
}

struct InsertLabelFile: Statement {
    static let sql = """
        insert into lacuna.label_file (source_id, file, file_sha256, file_bytes, change_id)
        values ($1, $2, $3, $4, $5) returning id
        """
    let source: SourceID
    let file: FileRecord
    let change: ChangeID
    var binds: [any PostgresBindable] { [source, file.path, file.sha256, file.bytes, change] }
    func decode(_ row: PostgresRow) throws -> Int64 { try row.decode(0) }
}

/// An import accepts one flip of a file.
struct InsertFlips: Statement {
    static let sql = """
        insert into lacuna.accepted_flip (label_file_id, activity_id, axis, evidence)
        select t.file, $1, t.axis, t.evidence from unnest($2::bigint[], $3::text[], $4::text[]) as t (file, axis, evidence)
        on conflict do nothing
        """
    let activity: ActivityID
    let files: [Int64]
    let flips: [FlipRecord]
    var binds: [any PostgresBindable] { [activity, files, flips.map(\.axis), flips.map(\.evidence)] }
}
