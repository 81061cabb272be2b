import Domain
import Glibc
import System

extension ObjectFolder {
    /// Calls `body` for every object, in the order of their names; the names of one of the 256 folders are in memory at a time.
    ///
    /// - Parameter stray: called with the path of each file among the objects whose name no object can have.
    func forEach(_ body: (ObjectID) throws -> Void, stray: (String) throws -> Void = { _ in }) throws {
        for shard in try names(in: root) where Self.isShard(shard) {
            for name in try names(in: "\(root)/\(shard)") {
                let path = "\(root)/\(shard)/\(name)"
                guard let digest = Digest(hex: shard + name), self.path(of: digest) == path else {
                    try stray(path)
                    continue
                }
                let bytes: Int?
                do throws(ObjectStoreError) {
                    bytes = try size(ofFile: path)
                } catch .notAFile {
                    try stray(path)
                    continue
                }
                // A sweep may have removed it since the folder was listed.
                if let bytes { try body(ObjectID(digest: digest, size: bytes)) }
            }
        }
    }

    /// Removes an object that no row names, also beyond a power failure; a missing one is no error. Only a sweep or a purge, which
    /// hold the catalogue's advisory lock exclusively, may call this.
    func remove(_ id: ObjectID) throws(ObjectStoreError) {
        guard unlink(path(of: id)) == 0 else {
            guard errno == ENOENT else { throw .last("unlink", path(of: id)) }
            return
        }
        try storing { () throws(SystemError) in try Folder.synchronise(shard(of: id.digest)) }
    }

    /// Removes the incomplete files of killed processes: temporary files last written before `moment`, in seconds since 1970.
    /// The moment must be earlier than the start of every running put, such as a day ago.
    ///
    /// - Returns: the number of files removed.
    func removeTemporaries(writtenBefore moment: Int) throws(ObjectStoreError) -> Int {
        var removed = 0
        for name in try names(in: "\(root)/\(Self.temporaries)") {
            let path = "\(root)/\(Self.temporaries)/\(name)"
            var status = stat()
            guard stat(path, &status) == 0, status.st_mtim.tv_sec < moment else { continue }
            guard unlink(path) == 0 || errno == ENOENT else { throw .last("unlink", path) }
            removed += 1
        }
        return removed
    }

    private func names(in folder: String) throws(ObjectStoreError) -> [String] {
        try storing { () throws(SystemError) in try Folder.names(in: folder) }
    }
}
