internal import Glibc
internal import System

/// A private folder that exists, and is locked, for a scope.
enum WorkFolder {
    /// - Throws: `unwritable` where it cannot be created.
    static func with<T>(in parent: String, _ body: (String) throws(DICOMError) -> T) throws(DICOMError) -> T {
        let (path, lock) = try locked(in: parent)
        defer { withExtendedLifetime(lock) { try? Folder.remove(path) } }
        return try body(path)
    }

    /// A new folder; the lock is nil on a file system without locks. A purge may remove a folder before it is locked, so that another
    /// is created.
    private static func locked(in parent: String) throws(DICOMError) -> (String, FolderLock?) {
        var attempts = 0
        while true {
            attempts += 1
            var template = Array("\(parent)/.converting-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw .unwritable(file: parent, code: errno) }
            let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let lock = FolderLock(path)
            if (lock != nil || attempts == 3) && Folder.exists(path) { return (path, lock) }
            if attempts == 3 { throw .unwritable(file: path, code: ENOENT) }
            try? Folder.remove(path)
        }
    }
}
