public import Domain
import Postgres

/// When bytes were destroyed, and by which activity.
public struct PurgeEvent: Sendable, Hashable {
    /// UTC, `2026-11-29T08:00:00Z`.
    public let time: String
    public let activity: ActivityID
}

/// An object that a purge concerns.
public struct PurgeObject: Sendable, Hashable {
    public let digest: Digest
    /// `annotation` or `prediction`.
    public let kind: String
    public let bytes: Int
    /// Nil where it is not a tombstone.
    public let purged: PurgeEvent?
    /// The labels outside the purge that use it, for people; it is kept for them.
    public let users: [String]
}

/// An image file of which copies may be in caches.
public struct PurgeImage: Sendable, Hashable {
    /// SHA-256 of the file, or of the series of slices.
    public let digest: Digest
    /// Of the volume in it.
    public let identity: Digest
    /// Absolute path of the file or folder that was imported.
    public let file: String
    /// `DATASET/CASE` of data in use with the same file; nil without any.
    public let user: String?
}

/// An image descriptor that a purge deletes.
public struct PurgeDescriptor: Sendable, Hashable {
    public let volume: VolumeID
    public let version: Int
    /// SHA-256 of the descriptor.
    public let digest: Digest
    public let bytes: Int
}

/// Who purged, when and why, as the database recorded it.
public struct PurgeRecord: Sendable, Hashable {
    public let activity: ActivityID
    /// The login at the database.
    public let login: String
    /// The operating system's user, as the program reported it.
    public let account: String?
    /// UTC, `2026-11-29T08:00:00Z`.
    public let time: String
    public let program: String
    public let reason: String
}

extension LabelCatalog {
    /// Those among checksums of image files that are of purged volumes only.
    public func purgedImages(among digests: [Digest]) async throws -> [Digest] {
        try await connection.run(PurgedImages(digests: digests))
    }

    /// The objects that a purge concerns: those that it destroys, tombstones, and those that other labels use.
    public func purgePlan(_ thing: Withdrawable) async throws -> [PurgeObject] {
        try await connection.run(PurgePlan(dataset: thing.dataset, subject: thing.subject))
    }

    /// The image files that a purge concerns, of which caches may hold copies.
    public func purgeImages(_ thing: Withdrawable) async throws -> [PurgeImage] {
        try await connection.run(ListPurgeImages(dataset: thing.dataset, subject: thing.subject))
    }

    /// The image descriptors that a purge deletes.
    public func purgeDescriptors(_ thing: Withdrawable) async throws -> [PurgeDescriptor] {
        try await connection.run(ListPurgeDescriptors(dataset: thing.dataset, subject: thing.subject))
    }

    /// Turns the objects that nothing else uses into tombstones, deletes the descriptors and marks the volumes as purged, in one
    /// transaction. The caller deletes the bytes afterwards; if it does not, the next purge or sweep does.
    ///
    /// - Returns: the deleted descriptors, and the record of the purge.
    /// - Throws: SQLSTATE LA010 for something that is not removed.
    public func purge(
        _ thing: Withdrawable, reason: String
    ) async throws -> (descriptors: [PurgeDescriptor], record: PurgeRecord) {
        try await connection.transaction { connection in
            let descriptors = try await purgeDescriptors(thing)
            let activity = try await connection.one(
                PurgeRemoved(dataset: thing.dataset, subject: thing.subject, reason: reason, program: program))
            return (descriptors, try await connection.one(DescribePurge(activity: activity)))
        }
    }

    /// The purge that destroyed a mask's bytes; nil where they are not purged.
    public func purge(of mask: MaskID) async throws -> PurgeEvent? {
        try await connection.first(FindPurgeOfMask(mask: mask))
    }

    /// The purge of a volume that is withheld since; nil for any other.
    public func purge(of volume: VolumeID) async throws -> PurgeEvent? {
        try await connection.first(FindPurgeOfVolume(volume: volume))
    }

    /// A mask whose bytes are wanted.
    ///
    /// - Throws: `CatalogError.unknownMask`, `.purgedMask`.
    public func storedMask(_ id: MaskID) async throws -> MaskFacts {
        let mask = try await mask(id)
        if let event = try await purge(of: id) { throw CatalogError.purgedMask(id, event) }
        return mask
    }

    /// The checksums of all recorded image files, also of removed data.
    public func imageDigests() async throws -> Set<Digest> { Set(try await connection.run(ListImageDigests())) }
}
