internal import Glibc

/// The environment variables that `lacuna` reads; libpq reads others.
package struct Environment: Sendable {
    private let variables: [String: String]

    /// Variables of libpq that name a server; the embedded one is then not used.
    static let serverVariables = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGSERVICE"]
    private static let ownVariables = ["LACUNA_DATABASE", "LACUNA_HOME", "LACUNA_GROUP", "LACUNA_LOCK_TIMEOUT"]

    package init(_ variables: [String: String]) { self.variables = variables.filter { !$0.value.isEmpty } }

    /// The environment of this process.
    package static var process: Environment {
        let pairs = (serverVariables + ownVariables).compactMap { name in
            getenv(name).map { (name, String(cString: $0)) }
        }
        return Environment(Dictionary(uniqueKeysWithValues: pairs))
    }

    /// Limits the time in which a server must answer an attempt to connect, unless the connection string, a service or the user's
    /// variable sets one: libpq, and the programs that this one starts, find the variable. Called before the first thread starts.
    static func limitTimeToConnect() { setenv("PGCONNECT_TIMEOUT", "10", 0) }

    /// The columns of the terminal, where the user exports them.
    static var columns: Int? {
        guard let text = getenv("COLUMNS"), let columns = Int(String(cString: text)), columns > 0 else { return nil }
        return columns
    }

    subscript(_ name: String) -> String? { variables[name] }

    var namesServer: Bool { Self.serverVariables.contains { variables[$0] != nil } }
}
