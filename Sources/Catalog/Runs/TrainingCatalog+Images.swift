public import Domain
internal import Postgres

/// An image file of a volume, as its import recorded it.
public struct VolumeImage: Sendable, Hashable {
    public let file: ReferencedFile
    public let modality: String
    /// SHA-256 of shape and voxels in the orientation closest to RAS.
    public let identity: Digest
}

/// An object with those of its masks that belong to one volume.
public struct VolumeObject: Sendable, Hashable {
    public let row: ObjectRow
    public internal(set) var masks: [MaskFacts]
}

/// Volumes under the claim on a job that fingerprints or verifies one.
extension TrainingCatalog {
    /// The image files of the job's volume, the newest first; none where it is withheld.
    ///
    /// - Throws: SQLSTATE LA001 where the claim is lost, LA003 for a job of another kind.
    public func images(of claim: Claim) async throws -> [VolumeImage] {
        try await connection.run(ImagesOfJob(claim: claim))
    }

    /// The masks of the job's volume by object; none where it is withheld or in a test part.
    ///
    /// - Throws: SQLSTATE LA001 where the claim is lost or the job is of another kind.
    public func objects(of claim: Claim) async throws -> [VolumeObject] {
        var objects: [VolumeObject] = []
        for row in try await connection.run(MasksOfJob(claim: claim)) {
            let digest = row.mask.location.object
            if objects.last?.row.digest != digest {
                objects.append(
                    VolumeObject(row: ObjectRow(digest: digest, bytes: row.bytes, isPurged: false), masks: []))
            }
            objects[objects.count - 1].masks.append(row.mask)
        }
        return objects
    }

    /// Records the descriptor of the job's volume, unless it has one of that version.
    ///
    /// - Throws: SQLSTATE LA001 where the claim is lost or the job is of another kind, LA006 where the volume is withheld.
    public func record(_ descriptor: DescriptorRecord, under claim: Claim) async throws {
        try await connection.run(RecordDescriptor(claim: claim, record: descriptor))
    }
}
