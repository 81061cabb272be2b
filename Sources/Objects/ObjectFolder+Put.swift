import Domain
import Glibc
import Hashing
import System

extension ObjectFolder {
    /// Stores `bytes` and returns once they would survive a power failure. Bytes that are there already are read and verified;
    /// damaged ones are replaced.
    func put(_ bytes: [UInt8]) throws(ObjectStoreError) -> ObjectID {
        let id = ObjectID(digest: SHA256.digest(of: bytes), size: bytes.count)
        if try confirm(id) { return id }
        try storing { () throws(SystemError) in
            let draft = try TemporaryFile(in: "\(root)/\(Self.temporaries)", mode: access.fileMode)
            try draft.write(bytes)
            try place(draft, as: id)
        }
        return id
    }

    /// Whether the object is there and intact, in which case it is also made durable: the process that wrote it may have
    /// been killed between its rename and its fsync of the folder.
    func confirm(_ id: ObjectID) throws(ObjectStoreError) -> Bool {
        guard try verify(id) == .intact else { return false }
        try storing { () throws(SystemError) in
            try OpenFile(reading: path(of: id)).synchronise()
            try Folder.synchronise(shard(of: id.digest))
        }
        return true
    }

    private func place(_ draft: consuming TemporaryFile, as id: ObjectID) throws(SystemError) {
        let shard = shard(of: id.digest)
        try Folder.create(shard, access, isDurable: true)
        try draft.place(at: path(of: id), mode: access.readOnlyFileMode)
        try Folder.synchronise(shard)
    }
}
