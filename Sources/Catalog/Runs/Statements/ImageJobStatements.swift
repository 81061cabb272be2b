import Domain
import Postgres

/// The newest image first.
struct ImagesOfJob: Statement {
    static let sql = "select name, file, file_sha256, file_bytes, modality, identity from lacuna.images_of_job($1, $2)"
    let claim: Claim
    var binds: [any PostgresBindable] { [claim.job, claim.token] }
    func decode(_ row: PostgresRow) throws -> VolumeImage {
        VolumeImage(file: try ReferencedFile(row), modality: try row.decode(4), identity: try row.decode(5))
    }
}

/// The masks of one object follow each other.
struct MasksOfJob: Statement {
    static let sql = """
        select mask_id, content_sha256, object_digest, object_offset, object_length, volume_id, organ, shape_x, shape_y, shape_z,
            voxels, known_voxels, parent_id, activity_id, object_bytes
        from lacuna.masks_of_job($1, $2)
        """
    struct Row: Sendable {
        let mask: MaskFacts
        /// Of the object that contains it.
        let bytes: Int
    }
    let claim: Claim
    var binds: [any PostgresBindable] { [claim.job, claim.token] }
    func decode(_ row: PostgresRow) throws -> Row { Row(mask: try MaskFacts(row), bytes: try row.decode(14)) }
}

struct RecordDescriptor: Statement {
    static let sql = "select lacuna.record_descriptor($1, $2, $3, $4)"
    let claim: Claim
    let record: DescriptorRecord
    var binds: [any PostgresBindable] { [claim.job, claim.token, Int32(record.version), record.descriptor] }
}
