package import Cluster
internal import Glibc
package import Postgres
internal import Schema

/// The database that a command works on.
package enum DatabaseTarget: Sendable {
    /// A server that Lacuna does not manage.
    case server(ConnectionSettings)
    /// The embedded server under the home folder, and how long its sessions wait for a lock.
    case embedded(EmbeddedCluster, LockTimeout)

    /// `--database`, else `LACUNA_DATABASE`, else the server that libpq's variables name, else the embedded cluster.
    package static func resolve(_ options: GlobalOptions, _ environment: Environment) throws -> DatabaseTarget {
        let timeout = try environment.lockTimeout()
        let database = options.database ?? environment["LACUNA_DATABASE"]
        if database != nil || environment.namesServer {
            return .server(
                ConnectionSettings(
                    target: database, applicationName: ApplicationName.ofThisCommand, lockTimeout: timeout))
        }
        let home = homeFolder(options, environment)
        var entry = stat()
        guard stat(home, &entry) != 0 || entry.st_mode & S_IFMT == S_IFDIR else {
            throw CommandFailure(
                .badInput, "the home folder is a file", file: home, remedy: "name a folder with --home or LACUNA_HOME")
        }
        return .embedded(try EmbeddedCluster(home: home), timeout)
    }

    /// The embedded cluster; nil for any other server.
    package var cluster: EmbeddedCluster? {
        if case .embedded(let cluster, _) = self { cluster } else { nil }
    }

    /// The state of the embedded cluster, from its files; a server that Lacuna does not run counts as running.
    package var state: String {
        switch cluster?.status() {
        case nil, .running: "running"
        case .notCreated: "not created"
        case .stopped: "stopped"
        case .starting: "starting"
        }
    }

    package static func homeFolder(_ options: GlobalOptions, _ environment: Environment) -> String {
        options.home ?? environment["LACUNA_HOME"] ?? "./.lacuna"
    }

    /// The folder of the objects.
    package static func objectsFolder(_ options: GlobalOptions, _ environment: Environment) throws -> String {
        try localFolder(options.objects ?? homeFolder(options, environment) + "/objects")
    }

    /// A path, or the path of a `file:` URI.
    static func localFolder(_ location: String) throws -> String {
        if location.hasPrefix("file://") { return String(location.dropFirst(7)) }
        guard !location.contains("://") else {
            throw CommandFailure(
                .usage, "\(location) is not a folder; objects can only be stored in a folder",
                remedy: "name a folder or a file:// URI with --objects")
        }
        return location
    }

    /// Settings to log in with. On a server that Lacuna does not manage, the settings or libpq determine the role.
    package func settings(for role: SessionRole) -> ConnectionSettings {
        switch self {
        case .server(let settings): settings
        case .embedded(let cluster, let timeout):
            ConnectionSettings(
                keywords: [
                    "host": cluster.socketFolder, "port": String(cluster.port), "dbname": cluster.database,
                    "user": role.login,
                ], applicationName: ApplicationName.ofThisCommand, lockTimeout: timeout)
        }
    }
}

/// The role of a command on the embedded cluster.
package enum SessionRole: Sendable {
    case manager, trainer, superuser

    var login: String {
        switch self {
        case .manager: EmbeddedLogins.manager
        case .trainer: EmbeddedLogins.trainer
        case .superuser: EmbeddedCluster.superuser
        }
    }
}
