public import Cluster
public import Postgres
internal import Schema

/// The private PostgreSQL server of this test process, started by the first test that needs it.
public actor TestCluster {
    public static let shared = TestCluster()

    /// The logins that tests may use besides the superuser `postgres`.
    public static let logins = [EmbeddedLogins.manager, EmbeddedLogins.trainer, "lacuna_stranger"]

    private static let template = "lacuna_template"

    private var starting: Task<EmbeddedCluster, any Error>?
    private var databases = 0

    /// The running cluster, with the template database migrated.
    public func running() async throws -> EmbeddedCluster {
        if let starting { return try await starting.value }
        let task = Task { try await Self.start() }
        starting = task
        return try await task.value
    }

    /// Settings for a database of the shared cluster.
    public func settings(database: String = "postgres", role: String = EmbeddedCluster.superuser) async throws
        -> ConnectionSettings
    {
        try await running().settings(database: database, role: role)
    }

    /// A database name that is unique in this process.
    func newName() -> String {
        databases += 1
        return "test_\(databases)"
    }

    private static func start() async throws -> EmbeddedCluster {
        let cluster = try newCluster(logins: logins)
        try await cluster.start()
        let admin = try await Connection.connect(cluster.settings(database: "postgres"))
        try await admin.execute("create database \(template)")
        let connection = try await Connection.connect(cluster.settings(database: template))
        try await Migrator(connection, program: "tests").migrate()
        try await EmbeddedLogins.grant(connection)
        await connection.close()
        await admin.close()
        return cluster
    }

    /// A cluster in a temporary folder, or below `rootFolder`; not started. Waiting for a lock times out after two minutes.
    public static func newCluster(
        logins: [String] = ["lacuna", "lacunad"], settings: [String: String] = [:], rootFolder: String? = nil
    ) throws -> EmbeddedCluster {
        var options = ClusterOptions.forTests
        options.settings["lock_timeout"] = "120s"
        options.settings.merge(settings) { $1 }
        options.logins = logins
        options.rootFolder = (rootFolder ?? TemporaryFolder.root) + "/c"
        let home = rootFolder.map { $0 + "/home" } ?? TemporaryFolder.make("home")
        return try EmbeddedCluster(home: home, options: options)
    }

    func create(_ name: String, migrated: Bool) async throws {
        let source = migrated ? Self.template : "template0"
        try await administer("create database \(name) template \(source)")
    }

    func drop(_ name: String) async throws { try await administer("drop database if exists \(name) with (force)") }

    private func administer(_ statement: String) async throws {
        let connection = try await Connection.connect(settings())
        try await connection.execute(statement)
        await connection.close()
    }
}

extension EmbeddedCluster {
    /// Connection settings for a database of this cluster.
    public func settings(database: String, role: String = EmbeddedCluster.superuser) -> ConnectionSettings {
        ConnectionSettings(
            keywords: ["host": socketFolder, "port": String(port), "dbname": database, "user": role],
            applicationName: "tests")
    }
}

/// Runs `body` with a new database, created from the migrated template and dropped afterwards.
///
/// - Parameters:
///   - role: the login of the connection and the settings; `settings.with(user:)` gives the others:
///     `lacuna` (manager), `lacunad` (trainer), `lacuna_stranger` (no privileges), `postgres` (superuser).
///   - migrated: false for an empty database.
public func withDatabase<T>(
    role: String = "lacuna", migrated: Bool = true,
    _ body: (Connection, ConnectionSettings) async throws -> T
) async throws -> T {
    let cluster = TestCluster.shared
    let name = await cluster.newName()
    let settings = try await cluster.settings(database: name, role: role)
    try await cluster.create(name, migrated: migrated)
    do {
        let connection = try await Connection.connect(settings)
        let value = try await body(connection, settings)
        await connection.close()
        try await cluster.drop(name)
        return value
    } catch {
        try? await cluster.drop(name)
        throw error
    }
}
