internal import Domain
internal import Hashing
internal import Objects

/// An object store that keeps what is put into it in memory and reads everything else from another, which it never changes.
actor ScratchObjects: ObjectStore {
    private let base: any ObjectStore
    private var own: [Digest: [UInt8]] = [:]

    init(over base: any ObjectStore) { self.base = base }

    func put(_ bytes: [UInt8]) -> ObjectID {
        let id = ObjectID(digest: SHA256.digest(of: bytes), size: bytes.count)
        own[id.digest] = bytes
        return id
    }

    func get(_ id: ObjectID) async throws -> [UInt8] {
        if let bytes = own[id.digest] { return bytes }
        return try await base.get(id)
    }

    func get(_ id: ObjectID, offset: Int, length: Int) async throws -> [UInt8] {
        guard let bytes = own[id.digest] else { return try await base.get(id, offset: offset, length: length) }
        guard offset >= 0, length >= 0, offset <= bytes.count, length <= bytes.count - offset else {
            throw ObjectStoreError.outOfRange(
                path: location(of: id), offset: offset, length: length, size: bytes.count)
        }
        return Array(bytes[offset..<offset + length])
    }

    func getVerified(_ id: ObjectID) async throws -> [UInt8] {
        if let bytes = own[id.digest] { return bytes }
        return try await base.getVerified(id)
    }

    func size(of id: ObjectID) async throws -> Int? {
        if let bytes = own[id.digest] { return bytes.count }
        return try await base.size(of: id)
    }

    func verify(_ id: ObjectID) async throws -> ObjectCondition {
        if own[id.digest] != nil { return .intact }
        return try await base.verify(id)
    }

    /// Of the other store alone.
    func listing() async throws -> ObjectListing { try await base.listing() }

    /// Of the own objects alone.
    func remove(_ id: ObjectID) { own[id.digest] = nil }

    func removeTemporaries(writtenBefore moment: Int) -> Int { 0 }

    nonisolated func location(of id: ObjectID) -> String { base.location(of: id) }
}
