import Domain
import Glibc
import System

extension ObjectFolder {
    /// Calls `body` for every object, in the order of their names, holding one folder's names in memory (a 256th).
    ///
    /// - Parameter stray: called with the path of each file among the objects that no object can have.
    func forEach(_ body: (ObjectID) throws -> Void, stray: (String) throws -> Void = { _ in }) throws {
        for shard in try names(in: root) where Self.isShard(shard) {
            for name in try names(in: "\(root)/\(shard)") {
                let path = "\(root)/\(shard)/\(name)"
                guard let digest = Digest(hex: shard + name), self.path(of: digest) == path else {
                    try stray(path)
                    continue
                }
                var status = stat()
                if stat(path, &status) == 0 { try body(ObjectID(digest: digest, size: Int(status.st_size))) }
            }
        }
    }

    /// Removes an object that no row names; one that is gone already is no error. Only a sweep may call this, which holds
    /// the catalogue's advisory lock exclusively. A power cut may bring the object back, as an orphan for the next sweep.
    func remove(_ id: ObjectID) throws(ObjectStoreError) {
        guard unlink(path(of: id)) == 0 || errno == ENOENT else { throw .last("unlink", path(of: id)) }
    }

    /// Removes what killed processes left half-written: temporary files last written before `moment`, in seconds since
    /// 1970. Choose a moment that no running put can lie before, such as a day ago.
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
