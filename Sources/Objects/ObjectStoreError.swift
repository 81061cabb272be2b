public import Domain
internal import Glibc

/// Errors of a store. Paths are those of the store and contain no patient data.
public enum ObjectStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file system has no space left, or a quota is used up.
    case full(path: String)
    /// The file system is mounted read-only.
    case readOnly(path: String)
    /// The user lacks the permission.
    case denied(path: String)
    /// There is no store at the path and none was to be created.
    case noStore(path: String)
    /// The folder has other contents, or the store's marker is missing or damaged.
    case notAStore(path: String, problem: String)
    /// The store is of a later format than this program knows.
    case newerFormat(path: String, version: Int)
    /// The store belongs to another catalogue.
    case foreign(path: String, expected: String, found: String)
    case missing(path: String, digest: Digest)
    /// The stored bytes do not hash to the object's name.
    case damaged(path: String, digest: Digest, actual: Digest)
    /// A folder or another thing that is no file has the object's name.
    case notAFile(path: String)
    /// A read beyond the object's end.
    case outOfRange(path: String, offset: Int, length: Int, size: Int)
    /// Any other error of the operating system: the call and its `errno`.
    case system(path: String, operation: String, code: Int32)

    /// Whether stored bytes are missing or wrong, in contrast to a store that cannot be used.
    public var isDamage: Bool {
        switch self {
        case .missing, .damaged, .outOfRange, .notAFile: true
        default: false
        }
    }

    /// The file or folder concerned; nil for bytes in memory.
    public var path: String? {
        switch self {
        case .full(let path), .readOnly(let path), .denied(let path), .noStore(let path), .notAStore(let path, _),
            .notAFile(let path), .newerFormat(let path, _), .foreign(let path, _, _), .missing(let path, _),
            .damaged(let path, _, _),
            .outOfRange(let path, _, _, _), .system(let path, _, _):
            path
        }
    }

    public var problem: String {
        switch self {
        case .full: "no space is left in the object store's file system"
        case .readOnly: "the object store's file system is read-only"
        case .denied: "this user may not read or write there"
        case .noStore: "there is no object store here"
        case .notAStore(_, let problem): problem
        case .newerFormat(_, let version): "the store has format \(version), which is newer than this program"
        case .foreign(_, let expected, let found):
            "the store belongs to catalogue \(found), the database is catalogue \(expected)"
        case .missing: "the object's file is missing"
        case .damaged(_, _, let actual): "the object's bytes are damaged: they hash to \(actual)"
        case .notAFile: "a folder, or another thing that is not a file, has the object's name"
        case .outOfRange(_, let offset, let length, let size):
            "\(length) bytes at \(offset) were asked for, the object has \(size)"
        case .system(_, let operation, let code): "\(operation) failed: \(String(cString: strerror(code)))"
        }
    }

    public var remedy: String {
        switch self {
        case .full: "free space or raise the quota, then repeat; nothing was left half-written"
        case .readOnly: "mount it writable, or name another store with --objects"
        case .denied: "run as the store's owner, or give this user access to the folder"
        case .noStore: "check --objects or LACUNA_HOME, or import a dataset: the first one makes it"
        case .notAStore: "name an empty or new folder, or restore the store's marker file from the backup"
        case .newerFormat: "use the program version that wrote the store, or a later one"
        case .foreign:
            "name this catalogue's own store with --objects, or connect to the store's database; where that database was "
                + "dropped, delete the folder or move it away"
        case .missing, .damaged: "restore the file from the backup, then run lacuna verify --read-data"
        case .notAFile: "move it away, and restore the file from the backup, then run lacuna verify --read-data"
        case .outOfRange: "run lacuna verify --read-data and restore what it names"
        case .system: "check the disk and the system's log, then repeat"
        }
    }

    public var description: String { (path.map { "\($0): " } ?? "") + "\(problem); \(remedy)" }
}
