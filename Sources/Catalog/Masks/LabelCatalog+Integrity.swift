public import Domain
import Postgres

/// The recorded properties of a mask, for comparison with its bytes.
public struct MaskFacts: Sendable, Hashable {
    public let location: MaskLocation
    public let volume: VolumeID
    public let organ: OrganKey
    /// Canonical shape of its volume.
    public let shape: GridShape
    /// Foreground voxels.
    public let voxels: Int
    /// Voxels of the validity mask; nil without one.
    public let knownVoxels: Int?
    public let parent: MaskID?
    public let activity: ActivityID
}

/// A file of a dataset that the catalogue refers to.
public struct ReferencedFile: Sendable, Hashable {
    /// `DATASET/CASE`.
    public let name: String
    /// Absolute.
    public let path: String
    /// Of the file, or of the series where that is a folder.
    public let sha256: Digest
    public let bytes: Int
}

extension LabelCatalog {
    /// - Throws: `CatalogError.unknownMask`.
    public func mask(_ id: MaskID) async throws -> MaskFacts {
        guard let mask = try await connection.first(FindMask(mask: id)) else { throw CatalogError.unknownMask(id) }
        return mask
    }

    /// Whether rows refer to bytes in the object store.
    public func namesObjects() async throws -> Bool { try await connection.one(NamesObjects()) }

    /// The organs and cases whose masks are in the object, `liver of DATASET/CASE`, in the order of volumes and organs.
    public func contents(of object: Digest) async throws -> [String] {
        try await connection.run(ContentsOfObject(object: object))
    }

    /// All masks in the object, in the order of offsets.
    public func maskFacts(in object: Digest) async throws -> [MaskFacts] {
        try await connection.run(MaskFactsInObject(object: object))
    }

    /// Every image file of every source, by dataset and case.
    public func imageFiles() async throws -> [ReferencedFile] { try await connection.run(ListImageFiles()) }

    /// All label files that wait for an image, by dataset, case and path, without those of removed datasets.
    public func waitingFiles() async throws -> [ReferencedFile] { try await connection.run(ListWaitingFiles()) }

    /// Runs `body` with the objects that rows refer to, without tombstones, while writers of masks and checkpoints are blocked.
    public func withObjectsLocked<T>(_ body: (Set<Digest>) async throws -> T) async throws -> T {
        try await connection.transaction { connection in
            try await connection.run(LockObjectsExclusively())
            return try await body(Set(try await objects().filter { !$0.isPurged }.map(\.digest)))
        }
    }
}
