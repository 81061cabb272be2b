internal import Catalog
internal import Cluster
internal import Domain
internal import Objects
package import Postgres
internal import Schema
package import System

/// Restores a catalogue from a backup into an empty database and an object store.
///
/// Everything in the backup is verified first. Then the objects are copied, and the database is filled in one transaction, so that
/// no row ever names a missing object.
package struct DatabaseRestore: Sendable {
    package struct Request: Sendable {
        /// The folder of the backup.
        package var folder: String
        /// The folder of the object store, which is created where it is missing.
        package var objects: String
        /// Who may use the folder.
        package var access: FolderAccess
        /// Whether the embedded server's logins get their roles.
        package var grantsLogins: Bool

        package init(folder: String, objects: String, access: FolderAccess, grantsLogins: Bool) {
            (self.folder, self.objects, self.access) = (folder, objects, access)
            self.grantsLogins = grantsLogins
        }
    }

    package struct Summary: Sendable {
        package var catalogue: String
        package var revision: Int64
        /// ISO 8601, UTC: the time of the backup.
        package var madeAt: String
        package var objects: Int
        /// Objects that were missing or damaged when the backup was made.
        package var unavailable: Int
        /// Image files that rows name; the backup does not contain them.
        package var images: Int
        /// Whether the schema is older than the program's, so that the database must be migrated.
        package var isOlder: Bool
    }

    private let settings: ConnectionSettings
    private let progress: any ProgressSink
    private let disk = BlockingWork()

    /// - Parameter settings: of a superuser, or of a login that may create schemas in the database and is a member of `lacuna_owner`
    ///   or may create roles.
    package init(connectingWith settings: ConnectionSettings, progress: any ProgressSink) {
        (self.settings, self.progress) = (settings, progress)
    }

    /// - Throws: `WorkflowError`: conflict where the database has a catalogue or the backup needs another program, damaged where the
    ///   backup is incomplete or was changed, in both cases before anything is changed; `ObjectStoreError.foreign` where the objects
    ///   are those of another catalogue; `UnsafeFolder` for a folder of objects that others may change; `ClusterError`, `SchemaError`,
    ///   `PostgresError`.
    package func run(_ request: Request) async throws -> Summary {
        let folder = BackupFolder(request.folder)
        let manifest = try await disk.run { try folder.verifiedManifest() }
        try Self.requireKnown(manifest, in: folder)
        let connection = try await Connection.connect(settings)
        let programs = try await prepare(connection, manifest)
        try await requireOwnStore(request.objects, manifest)
        let (source, objects) = try await verifyObjects(folder, manifest)
        try await copy(objects, from: source, to: request, manifest)
        try await RestoredSchema.holdingMigrations(connection) {
            try await fill(connection, programs, folder, manifest)
            if request.grantsLogins { try await EmbeddedLogins.grant(connection) }
            try await connection.run(AnalyzeDatabase())
        }
        await connection.close()
        return Summary(
            catalogue: manifest.catalogue, revision: manifest.revision, madeAt: manifest.createdAt,
            objects: manifest.objects, unavailable: manifest.unavailableObjects.count, images: manifest.images,
            isOlder: manifest.schema < Migrator.programVersion)
    }

    /// - Throws: `WorkflowError` of kind conflict unless the backup's migrations are the first ones of this program.
    private static func requireKnown(_ manifest: BackupManifest, in folder: BackupFolder) throws(WorkflowError) {
        let known = EmbeddedMigrations.all
        let edited = zip(manifest.migrations, known).first { $0.sha256 != $1.sha256 }
        guard manifest.migrations.count > known.count || edited != nil else { return }
        let problem =
            edited.map { "migration \($0.0.number), \($0.0.name), of the backup is not that of this program" }
            ?? "the backup was made by a newer program: it has schema version \(manifest.schema), this program supports up to "
            + "version \(known.count)"
        throw WorkflowError(
            .conflict, problem, file: folder.path,
            remedy:
                "restore it with the program that made it, \(manifest.program), or with one that can migrate its schema"
        )
    }

    /// The client programs for the server, whose database is empty.
    private func prepare(_ connection: Connection, _ manifest: BackupManifest) async throws -> ClientPrograms {
        let target = try await connection.one(DescribeTarget())
        if target.hasSchema {
            throw WorkflowError(
                .conflict, "the database \(target.database) has a catalogue already; nothing was changed",
                remedy:
                    "restore into an empty database: for the embedded one, run lacuna database drop --yes first, or use "
                    + "another home; on your own server, createdb")
        }
        guard target.mayCreate else {
            throw WorkflowError(
                .conflict, "\(target.user) may not create a schema in the database \(target.database)",
                remedy: "log in as a superuser, or let an administrator grant create on the database")
        }
        let major = await connection.serverVersion / 10_000
        guard major >= manifest.serverMajor else {
            throw WorkflowError(
                .conflict, "the backup is of PostgreSQL \(manifest.serverMajor), the server is PostgreSQL \(major)",
                remedy: "restore into a server of version \(manifest.serverMajor) or newer")
        }
        return try await disk.run { try ClientPrograms.locate(major: major) }
    }

    /// - Throws: `ObjectStoreError.foreign`, or another where the folder cannot become the store.
    private func requireOwnStore(_ path: String, _ manifest: BackupManifest) async throws {
        do {
            _ = try await LocalObjectStore.open(path, catalogue: manifest.catalogue, create: false)
        } catch let error as ObjectStoreError {
            guard case .noStore = error else { throw error }
        }
    }

    /// Reads every object of the backup.
    private func verifyObjects(
        _ folder: BackupFolder, _ manifest: BackupManifest
    ) async throws -> (LocalObjectStore, [ObjectID]) {
        let digests = try await disk.run { try folder.listedObjects() }
        let source: LocalObjectStore
        do {
            source = try await LocalObjectStore.open(folder.objects, catalogue: manifest.catalogue, create: false)
        } catch let error as ObjectStoreError {
            throw WorkflowError(
                .damaged, "the objects of the backup cannot be used: \(error.problem)", file: folder.objects)
        }
        let meter = progress.begin("verify", total: digests.count)
        defer { meter.finish() }
        var objects: [ObjectID] = []
        for digest in digests {
            let size = try? await source.size(of: ObjectID(digest: digest, size: 0))
            let id = ObjectID(digest: digest, size: size ?? 0)
            guard size != nil, try await source.verify(id) == .intact else {
                throw folder.changed(BackupFolder.entry(digest).path)
            }
            objects.append(id)
            meter.advance()
        }
        guard objects.count == manifest.objects else { throw folder.changed(BackupFolder.objectList) }
        return (source, objects)
    }

    private func copy(
        _ objects: [ObjectID], from source: LocalObjectStore, to request: Request, _ manifest: BackupManifest
    ) async throws {
        try await disk.run { _ = try Folder.secure(request.objects, request.access) }
        let target = try await LocalObjectStore.open(
            request.objects, catalogue: manifest.catalogue, access: request.access)
        let meter = progress.begin("objects", total: objects.count)
        defer { meter.finish() }
        for id in objects {
            if try await !target.holds(id) { _ = try await target.put(try await source.getVerified(id)) }
            meter.advance()
        }
    }

    /// Fills the database in one transaction, then compares it with the manifest; what differs from it is removed again.
    private func fill(
        _ connection: Connection, _ programs: ClientPrograms, _ folder: BackupFolder, _ manifest: BackupManifest
    ) async throws {
        try await RestoredSchema.prepare(connection)
        let environment = try await connection.environment
        let meter = progress.begin("database", total: 0)
        defer { meter.finish() }
        // Without a name of a database, pg_restore writes a script; an empty list of parameters is one, and takes the environment's.
        let arguments = [
            "pg_restore", "--single-transaction", "--exit-on-error", "--no-password",
            "--dbname=application_name=pg_restore",
            folder.file(BackupFolder.dump),
        ]
        try await disk.run { try programs.run(arguments, environment: environment) }
        do {
            try await check(connection, manifest, folder)
        } catch {
            try await RestoredSchema.discard(connection)
            throw error
        }
    }

    private func check(_ connection: Connection, _ manifest: BackupManifest, _ folder: BackupFolder) async throws {
        let found = try await connection.one(DescribeCatalogue())
        let isSame =
            found.catalogue == manifest.catalogue && found.revision == manifest.revision
            && found.counts == manifest.counts
        guard isSame, try await connection.run(ListLedger()) == manifest.migrations else {
            throw folder.changed(BackupFolder.dump)
        }
        if manifest.schema == Migrator.programVersion { try await SchemaCheck(connection).require() }
    }
}
