internal import Glibc
internal import System

/// A private folder that exists, and is locked, for a scope.
enum WorkFolder {
    /// - Throws: `unwritable` where it cannot be created.
    static func with<T>(in parent: String, _ body: (String) throws(DICOMError) -> T) throws(DICOMError) -> T {
        var template = Array("\(parent)/.converting-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .unwritable(file: parent, code: errno) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let lock = FolderLock(path)
        defer { withExtendedLifetime(lock) { try? Folder.remove(path) } }
        return try body(path)
    }
}
