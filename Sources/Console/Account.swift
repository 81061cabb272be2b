internal import Glibc
package import Postgres

/// The operating system's user who runs the program. On a shared login, such as the embedded database's, it is what tells
/// people apart.
package enum Account {
    /// Its name, or its number where the system has no name for it.
    static var name: String {
        let user = getuid()
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        let isKnown = getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0 && found != nil
        return isKnown ? String(cString: entry.pw_name) : String(user)
    }

    /// Lets activities that the connection starts keep it.
    package static func tell(_ connection: Connection) async throws -> Connection {
        try await connection.run(SetAccount(account: name))
        return connection
    }
}

private struct SetAccount: Statement {
    static let sql = "select from set_config('lacuna_account.name', $1, false)"
    let account: String
    var binds: [any PostgresBindable] { [account] }
}
