internal import Glibc

/// What can go wrong while hashing.
public enum HashingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The operating system refused to open or read the file; `code` is its `errno`.
    case unreadable(file: String, code: Int32)

    public var problem: String {
        switch self {
        case .unreadable(_, let code): "cannot be read: \(String(cString: strerror(code)))"
        }
    }

    public var remedy: String {
        switch self {
        case .unreadable: "check that the file exists and may be read by this user"
        }
    }

    public var description: String {
        switch self {
        case .unreadable(let file, _): "\(file): \(problem); \(remedy)"
        }
    }
}
