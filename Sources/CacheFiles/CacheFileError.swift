internal import Glibc

/// Why a file of the training cache cannot be used.
public enum CacheFileError: Error, Hashable, Sendable {
    /// The operating system refused to read; `code` is `errno`.
    case unreadable(file: String, code: Int32)
    /// Another user owns it or may write to it.
    case unsafe(file: String)
    case truncated(file: String, neededBytes: Int, foundBytes: Int)
    case tooLong(file: String, neededBytes: Int, foundBytes: Int)
    /// Its first bytes are those of another version of the format, or of another format.
    case otherFormat(file: String, found: String, expected: String)
    case invalidHeader(file: String, field: String)

    public var file: String {
        switch self {
        case .unreadable(let file, _), .unsafe(let file), .truncated(let file, _, _), .tooLong(let file, _, _),
            .otherFormat(let file, _, _), .invalidHeader(let file, _):
            file
        }
    }

    /// What is wrong, one clause without the file's name.
    public var problem: String {
        switch self {
        case .unreadable(_, let code): "cannot be read: \(String(cString: strerror(code)))"
        case .unsafe: "is owned by another user, or others may write to it"
        case .truncated(_, let needed, let found): "is cut short: \(needed) bytes expected, \(found) found"
        case .tooLong(_, let needed, let found): "is too long: \(needed) bytes expected, \(found) found"
        case .otherFormat(_, let found, let expected) where found.prefix(3) == expected.prefix(3):
            "has the version \(found) of the format, and this program reads \(expected)"
        case .otherFormat(_, _, let expected): "does not begin with \(expected)"
        case .invalidHeader(_, let field): "has an invalid header field \(field)"
        }
    }

    /// Requires the length of a file.
    static func requireSize(_ found: Int, _ needed: Int, file: String) throws(CacheFileError) {
        if found < needed { throw .truncated(file: file, neededBytes: needed, foundBytes: found) }
        if found > needed { throw .tooLong(file: file, neededBytes: needed, foundBytes: found) }
    }

    /// Requires the first four bytes of a file.
    static func requireMagic(
        _ bytes: UnsafeRawBufferPointer, _ magic: StaticString, file: String
    ) throws(CacheFileError) {
        let expected = String(describing: magic)
        guard !bytes.starts(with: expected.utf8) else { return }
        throw .otherFormat(file: file, found: String(decoding: bytes.prefix(4), as: UTF8.self), expected: expected)
    }
}
