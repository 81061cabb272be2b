internal import Foundation
internal import Glibc
internal import System

/// A private folder for temporary files, which is removed with this object or when the process is interrupted.
final class ScratchPlace: Sendable {
    let path: String

    /// - Throws: `SystemError`.
    init(_ purpose: String) throws(SystemError) {
        let parent = FileManager.default.temporaryDirectory.path(percentEncoded: false)
        var template = Array("\(parent)/\(purpose)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError(operation: "mkdtemp", path: parent, code: errno)
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        Unfinished.add(path)
    }

    deinit {
        try? Folder.remove(path)
        Unfinished.forget(path)
    }
}
