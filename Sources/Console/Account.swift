internal import Glibc
package import Postgres

/// The operating system's user who runs the program; it identifies people who share a database login, such as the embedded
/// database's.
package enum Account {
    /// The user's name, or the user id where the system has no name for it.
    package static var name: String {
        let user = getuid()
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        let isKnown = getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0 && found != nil
        return isKnown ? String(cString: entry.pw_name) : String(user)
    }

    /// Sets the account that activities of the connection record.
    package static func set(on connection: Connection) async throws -> Connection {
        try await connection.run(SetAccount(account: name))
        return connection
    }
}

private struct SetAccount: Statement {
    static let sql = "select from set_config('lacuna_account.name', $1, false)"
    let account: String
    var binds: [any PostgresBindable] { [account] }
}
