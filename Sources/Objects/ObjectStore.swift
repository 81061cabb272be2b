internal import Domain

/// Immutable bytes, each object named by the SHA-256 of its stored bytes.
///
/// Any number of processes may use one store at once; readers see an object whole or not at all. Between a `put` and the commit
/// of the row that names the object, the caller holds the catalogue's shared advisory lock, which excludes a sweep.
///
/// Every method throws `ObjectStoreError` where the store cannot be reached, read or written.
public protocol ObjectStore: Sendable {
    /// Stores bytes and returns once they survive a power failure. Intact bytes of that name are kept, damaged ones replaced.
    func put(_ bytes: [UInt8]) async throws -> ObjectID

    /// All bytes of an object, not verified.
    /// - Throws: `ObjectStoreError.missing`.
    func get(_ id: ObjectID) async throws -> [UInt8]

    /// `length` bytes of an object from `offset`, not verified: the hash covers the whole object.
    /// - Throws: `ObjectStoreError.missing`, `.outOfRange` where the object is shorter.
    func get(_ id: ObjectID, offset: Int, length: Int) async throws -> [UInt8]

    /// All bytes of an object, verified against its name.
    /// - Throws: `ObjectStoreError.missing`, `.damaged`.
    func getVerified(_ id: ObjectID) async throws -> [UInt8]

    /// The stored size of an object in bytes; nil where it is missing.
    func size(of id: ObjectID) async throws -> Int?

    /// Reads and hashes an object.
    func verify(_ id: ObjectID) async throws -> ObjectCondition

    /// The names of all objects, in order, and the locations of entries that cannot be objects.
    func listing() async throws -> ObjectListing

    /// Removes an object that no row names; one that is missing is no error. The caller holds the catalogue's exclusive
    /// advisory lock.
    func remove(_ id: ObjectID) async throws

    /// Removes what interrupted writes left behind before `moment`, in seconds since 1970; the number of removed entries.
    func removeTemporaries(writtenBefore moment: Int) async throws -> Int

    /// Where an object is stored, for messages to people only.
    func location(of id: ObjectID) -> String
}

/// What a store contains.
public struct ObjectListing: Sendable {
    public var objects: [ObjectID]
    /// Locations of entries among the objects whose names no object can have.
    public var strays: [String]

    public init(objects: [ObjectID] = [], strays: [String] = []) { (self.objects, self.strays) = (objects, strays) }
}
