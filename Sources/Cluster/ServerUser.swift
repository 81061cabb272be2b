internal import Glibc

/// The user that the server runs as where the caller is root.
struct ServerUser: Hashable {
    static let name = "postgres"

    var userID: UInt32
    var groupID: UInt32

    /// Nil when the caller is not root and runs the server itself.
    static func forCaller() throws(ClusterError) -> ServerUser? {
        guard geteuid() == 0 else { return nil }
        guard let entry = getpwnam(name) else { throw .serverUserMissing(name) }
        return ServerUser(userID: entry.pointee.pw_uid, groupID: entry.pointee.pw_gid)
    }

    /// A user's name; `user NUMBER` where the system has none.
    static func name(of userID: UInt32) -> String {
        getpwuid(userID).map { String(cString: $0.pointee.pw_name) } ?? "user \(userID)"
    }

    /// The calling user's name, which peer authentication sees.
    static func callerName() throws(ClusterError) -> String {
        guard let entry = getpwuid(geteuid()) else { throw .callerHasNoName(userID: geteuid()) }
        return String(cString: entry.pointee.pw_name)
    }
}
