import Domain
import Glibc
import Hashing

extension ObjectFolder {
    /// Stores `bytes` and returns once they would survive a power cut. Bytes that are there already are read and verified;
    /// where they have rotted, these take their place.
    public func put(_ bytes: [UInt8]) throws(ObjectStoreError) -> ObjectID {
        let id = ObjectID(digest: SHA256.digest(of: bytes), size: bytes.count)
        if try confirm(id) { return id }
        let draft = try TemporaryFile(in: "\(root)/\(Self.temporaries)")
        try draft.write(bytes)
        try place(draft, as: id)
        return id
    }

    /// Stores a copy of the file at `path`, read in pieces of 1 MiB.
    public func put(file path: String) throws(ObjectStoreError) -> ObjectID {
        let source = try OpenFile(path, O_RDONLY)
        let draft = try TemporaryFile(in: "\(root)/\(Self.temporaries)")
        let id = try source.digest { (piece) throws(ObjectStoreError) in try draft.write(piece) }
        if try confirm(id) { return id }
        try place(draft, as: id)
        return id
    }

    /// Whether the object is there and intact, in which case it is also made durable: the process that wrote it may have
    /// been killed between its rename and its fsync of the folder.
    private func confirm(_ id: ObjectID) throws(ObjectStoreError) -> Bool {
        guard try verify(id) == .intact else { return false }
        try OpenFile(path(of: id), O_RDONLY).synchronise()
        try Folder.synchronise(shard(of: id.digest))
        return true
    }

    private func place(_ draft: consuming TemporaryFile, as id: ObjectID) throws(ObjectStoreError) {
        let shard = shard(of: id.digest)
        if !Folder.exists(shard) { try Folder.create(shard) }
        try draft.place(at: path(of: id))
        try Folder.synchronise(shard)
    }
}
