/// Why the embedded server cannot be used; each case says what to do about it.
public enum ClusterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No server of version 15 or newer was found in these folders.
    case serverNotFound(searched: [String])
    /// The data were made by this major version, which is not installed.
    case versionMissing(needed: Int, found: [Int])
    /// Root may not run the server, and there is no such user to run it.
    case serverUserMissing(String)
    /// The system has no name for the calling user, which peer authentication needs.
    case callerHasNoName(userID: UInt32)
    /// The folder belongs to the cluster of another home.
    case belongsToAnotherHome(folder: String)
    /// The home has a cluster that another user made, and the caller would get one of its own.
    case madeByAnotherUser(theirs: String, owner: String, ours: String)
    /// The folder is not the caller's alone.
    case unsafeFolder(path: String)
    /// The path of the socket is longer than the system allows.
    case socketPathTooLong(path: String)
    /// A file or folder could not be made or read.
    case file(path: String, problem: String)
    /// A server program failed; the last lines that it wrote.
    case programFailed(program: String, output: String)

    public var description: String {
        switch self {
        case .serverNotFound(let searched):
            "no PostgreSQL server 15 or newer in \(searched.joined(separator: ", "))"
        case .versionMissing(let needed, let found):
            "the data need PostgreSQL \(needed), installed: \(found.map(String.init).joined(separator: ", "))"
        case .serverUserMissing(let user): "there is no user \(user), and the server must not run as root"
        case .callerHasNoName(let userID): "user id \(userID) has no name on this system"
        case .belongsToAnotherHome(let folder): "\(folder) belongs to another LACUNA_HOME"
        case .madeByAnotherUser(let theirs, let owner, let ours):
            "this LACUNA_HOME has a database that \(owner) made, in \(theirs); yours would be another, in \(ours)"
        case .unsafeFolder(let path): "\(path) is not a folder that only its user can enter"
        case .socketPathTooLong(let path): "the socket's path is too long: \(path)"
        case .file(let path, let problem): "\(path): \(problem)"
        case .programFailed(let program, let output): "\(program) failed: \(output)"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .serverNotFound: "install postgresql-15 or newer, or name a server with --database"
        case .versionMissing(let needed, _): "install postgresql-\(needed), or move the data with pg_upgrade"
        case .serverUserMissing(let user): "install the distribution's server, which makes the user \(user)"
        case .callerHasNoName: "add the user to /etc/passwd, or name a server with --database"
        case .belongsToAnotherHome: "choose another LACUNA_HOME"
        case .madeByAnotherUser(_, let owner, _): "work as \(owner), or choose another LACUNA_HOME"
        case .unsafeFolder: "remove it, or give it to its user with mode 0700"
        case .socketPathTooLong: "choose a LACUNA_HOME with a shorter path"
        case .file: "see that the folder exists, is writable and has room"
        case .programFailed: "read the server's log, whose path 'lacuna database status' prints"
        }
    }
}
