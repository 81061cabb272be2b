import Glibc
import System

extension ObjectFolder {
    /// Gives the intact file of another store a second name here.
    ///
    /// - Returns: false where the other store has no intact object of that name, or is on another file system.
    func link(_ id: ObjectID, from other: ObjectFolder) throws(ObjectStoreError) -> Bool {
        guard try other.verify(id) == .intact else { return false }
        let shard = shard(of: id.digest)
        try storing { () throws(SystemError) in try Folder.create(shard, access, isDurable: true) }
        guard Glibc.link(other.path(of: id), path(of: id)) == 0 else {
            if [EXDEV, EMLINK, EPERM, EEXIST, ENOENT, EOPNOTSUPP].contains(errno) { return false }
            throw .last("link", path(of: id))
        }
        try storing { () throws(SystemError) in try Folder.synchronise(shard) }
        return true
    }
}
