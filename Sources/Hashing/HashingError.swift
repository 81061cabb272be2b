internal import Glibc

/// An error of hashing a file.
public enum HashingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The operating system refused to open or read the file; `code` is `errno`.
    case unreadable(file: String, code: Int32)

    /// What is wrong, one clause without the file's name.
    public var problem: String {
        switch self {
        case .unreadable(_, let code): "cannot be read: \(String(cString: strerror(code)))"
        }
    }

    /// What the user can do, one clause.
    public var remedy: String {
        switch self {
        case .unreadable: "check that the file exists and that this user may read it"
        }
    }

    public var description: String {
        switch self {
        case .unreadable(let file, _): "\(file): \(problem); \(remedy)"
        }
    }
}
