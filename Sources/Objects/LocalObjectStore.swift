internal import Glibc
public import System

/// Objects in a local folder.
public struct LocalObjectStore: ObjectStore {
    private let folder: ObjectFolder
    private let disk: BlockingWork

    /// Opens the store of `catalogue` in the folder at `path`, which is created where it is missing and `create` is true.
    ///
    /// - Parameters:
    ///   - catalogue: the catalogue's UUID, 36 characters of either case.
    ///   - access: the rights of new folders and files.
    /// - Throws: `ObjectStoreError.foreign` where the store belongs to another catalogue, `.notAStore` where the folder has other
    ///   contents, `.noStore` where there is none and `create` is false.
    public static func open(
        _ path: String, catalogue: String, create: Bool = true, access: FolderAccess = .owner
    ) async throws -> LocalObjectStore {
        let disk = BlockingWork()
        let folder = try await disk.run {
            try ObjectFolder.open(path, catalogue: catalogue, create: create, access: access)
        }
        return LocalObjectStore(folder: folder, disk: disk)
    }

    public func put(_ bytes: [UInt8]) async throws -> ObjectID { try await run { try $0.put(bytes) } }

    public func get(_ id: ObjectID) async throws -> [UInt8] { try await run { try $0.get(id) } }

    public func get(_ id: ObjectID, offset: Int, length: Int) async throws -> [UInt8] {
        try await run { try $0.get(id, offset: offset, length: length) }
    }

    public func getVerified(_ id: ObjectID) async throws -> [UInt8] { try await run { try $0.getVerified(id) } }

    public func size(of id: ObjectID) async throws -> Int? { try await run { try $0.size(of: id) } }

    public func verify(_ id: ObjectID) async throws -> ObjectCondition { try await run { try $0.verify(id) } }

    public func listing() async throws -> ObjectListing {
        try await run { folder in
            var listing = ObjectListing()
            try folder.forEach {
                listing.objects.append($0)
            } stray: {
                listing.strays.append($0)
            }
            return listing
        }
    }

    public func remove(_ id: ObjectID) async throws { try await run { try $0.remove(id) } }

    public func removeTemporaries(writtenBefore moment: Int) async throws -> Int {
        try await run { try $0.removeTemporaries(writtenBefore: moment) }
    }

    public func location(of id: ObjectID) -> String { folder.path(of: id) }

    /// Whether the object is here, intact and durable.
    public func holds(_ id: ObjectID) async throws -> Bool { try await run { try $0.confirm(id) } }

    /// Gives the intact file of another store a second name here; the two share their bytes on the disk.
    ///
    /// - Returns: false where the other store has no intact object of that name, or is on another file system.
    public func link(_ id: ObjectID, from other: LocalObjectStore) async throws -> Bool {
        try await run { [folder = other.folder] in try $0.link(id, from: folder) }
    }

    private func run<T: Sendable>(_ body: @Sendable (ObjectFolder) throws -> T) async throws -> T {
        try await disk.run { [folder] in try body(folder) }
    }
}
