/// Errors of the embedded server, each with a remedy.
public enum ClusterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No server of version 15 or newer was found in these folders.
    case serverNotFound(searched: [String])
    /// The data are of a major version of the server that is not installed.
    case versionMissing(needed: Int, found: [Int])
    /// Root may not run the server, and the user that should run it does not exist.
    case serverUserMissing(String)
    /// The calling user has no name on this system; peer authentication needs one.
    case callerHasNoName(userID: UInt32)
    /// The folder belongs to the cluster of another home.
    case belongsToAnotherHome(folder: String)
    /// Another user created the cluster of the home; the caller would get a different one.
    case madeByAnotherUser(theirs: String, owner: String, ours: String)
    /// Users other than the server's can enter the folder, or it is not a folder.
    case unsafeFolder(path: String)
    /// The path of the socket is longer than the system allows.
    case socketPathTooLong(path: String)
    /// A file or folder could not be created or read.
    case file(path: String, problem: String)
    /// A server, or processes of a killed one, use the data folder and do not respond.
    case notResponding(folder: String, problem: String)
    /// Another process works on the cluster and does not end; its id and program, such as `4711 (initdb)`.
    case locked(folder: String, holder: String?)
    /// The data folder has no readable version, as no complete one and no unfinished one is.
    case damaged(folder: String)
    /// A server program failed; with the end of its output.
    case programFailed(program: String, output: String)

    /// Client programs of the server's major version are not installed.
    case clientMissing(needed: Int, found: [Int])
    /// `pg_dump` or `pg_restore` failed; with the first line of its errors.
    case clientFailed(program: String, problem: String)

    public var description: String {
        switch self {
        case .serverNotFound(let searched):
            "no PostgreSQL server 15 or newer in \(searched.joined(separator: ", "))"
        case .versionMissing(let needed, let found):
            "the data need PostgreSQL \(needed); installed: \(found.map(String.init).joined(separator: ", "))"
        case .serverUserMissing(let user): "there is no user \(user), and the server must not run as root"
        case .callerHasNoName(let userID): "user id \(userID) has no name on this system"
        case .belongsToAnotherHome(let folder): "\(folder) belongs to another LACUNA_HOME"
        case .madeByAnotherUser(let theirs, let owner, let ours):
            "\(owner) created the database of this LACUNA_HOME, in \(theirs); yours would be a different one, in \(ours)"
        case .unsafeFolder(let path): "\(path) is not a folder that only its user can enter"
        case .socketPathTooLong(let path): "the socket's path is too long: \(path)"
        case .file(let path, let problem), .notResponding(let path, let problem): "\(path): \(problem)"
        case .locked(let folder, let holder):
            "\(holder.map { "process \($0)" } ?? "another process") still works on the database, and holds \(folder)"
        case .damaged(let folder): "\(folder) contains no readable PG_VERSION, so it is not a complete database"
        case .programFailed(let program, let output): "\(program) failed: \(output)"
        case .clientMissing(let needed, let found):
            "the server needs pg_dump and pg_restore of PostgreSQL \(needed); installed: "
                + (found.isEmpty ? "none" : found.map(String.init).joined(separator: ", "))
        case .clientFailed(let program, let problem): "\(program) failed: \(problem)"
        }
    }

    public var remedy: String {
        switch self {
        case .serverNotFound: "install postgresql-15 or newer, or name a server with --database"
        case .versionMissing(let needed, _): "install postgresql-\(needed), or move the data with pg_upgrade"
        case .serverUserMissing(let user): "install the distribution's server, which creates the user \(user)"
        case .callerHasNoName: "add the user to /etc/passwd, or name a server with --database"
        case .belongsToAnotherHome: "choose another LACUNA_HOME"
        case .madeByAnotherUser(_, let owner, _): "work as \(owner), or choose another LACUNA_HOME"
        case .unsafeFolder: "remove it, or give it to its user with mode 0700"
        case .socketPathTooLong: "choose a LACUNA_HOME with a shorter path"
        case .file: "check that the folder exists, is writable and has free space"
        case .notResponding: "wait until the server's processes have ended, or stop them, then repeat"
        case .clientMissing(let needed, _): "install postgresql-client-\(needed)"
        case .clientFailed: "remove the cause that the message names, then run the command again"
        case .locked: "wait until it has ended, or stop it, then repeat"
        case .damaged: "restore the folder from the backup, or move it away to begin with an empty catalogue"
        case .programFailed: "read the server's log, whose path 'lacuna database status' prints"
        }
    }
}
