internal import Catalog
internal import Cluster
internal import Domain
internal import Objects
package import Postgres
internal import System

/// Copies a catalogue into a folder: the database as of one moment, then the objects that its rows name.
///
/// Imports and daemons go on meanwhile. Sweeps and purges wait, because they could remove an object before it is copied.
package struct DatabaseBackup: Sendable {
    package struct Request: Sendable {
        /// Nothing may exist there, or an empty folder.
        package var folder: String
        /// An earlier backup, whose unchanged objects the new one shares by hard links.
        package var previous: String?

        package init(folder: String, previous: String?) { (self.folder, self.previous) = (folder, previous) }
    }

    package struct Summary: Sendable {
        package var catalogue: String
        package var revision: Int64
        package var dumpBytes: Int
        package var objects: Int
        package var objectBytes: Int
        /// Objects shared with the earlier backup.
        package var linked: Int
        /// Objects that are missing or damaged in the object store, and so in the backup.
        package var unavailable: [String]
        /// Image files that rows name; they are not copied.
        package var images: Int
    }

    private let workspace: Workspace
    private let settings: ConnectionSettings
    private let program: String
    private let disk = BlockingWork()

    /// - Parameters:
    ///   - settings: for further connections of the login of the workspace.
    ///   - program: name and version of the program.
    package init(_ workspace: Workspace, connectingWith settings: ConnectionSettings, program: String) {
        (self.workspace, self.settings, self.program) = (workspace, settings, program)
    }

    /// - Throws: `WorkflowError`, `ClusterError`, `ObjectStoreError`, `PostgresError`; the folder then does not exist, and what was
    ///   copied is in `FOLDER.unfinished`, from which the next backup into the same folder continues.
    package func run(_ request: Request) async throws -> Summary {
        let final = BackupFolder(request.folder)
        let folder = final.unfinished
        let connection = workspace.catalog.connection
        guard try await connection.one(MayBackUp()) else { throw Self.notOwner }
        let programs = try await disk.run { [major = await connection.serverVersion / 10_000] in
            try ClientPrograms.locate(major: major)
        }
        try await OutputTarget(path: final.path, mayOverwrite: true).check(in: workspace.catalog)
        try await disk.run { try final.requireVacant() }
        let guardian = try await lockObjects()
        let lock = try await disk.run { try folder.create() }
        defer { withExtendedLifetime(lock) {} }
        let snapshot = try await dump(with: programs, into: folder)
        let copied = try await copy(snapshot, to: folder, previous: request.previous)
        // Fails where the session, and with it the lock, was lost while objects were copied.
        try await guardian.run(KeepIdleSession(isLocal: false))
        await guardian.close()
        let manifest = try await disk.run { [program] in
            try Self.write(snapshot, copied, program: program, serverMajor: programs.major, to: folder)
        }
        try await disk.run { try folder.finish(as: final) }
        return Summary(
            catalogue: manifest.catalogue, revision: manifest.revision, dumpBytes: manifest.dump.bytes,
            objects: manifest.objects, objectBytes: manifest.objectBytes, linked: copied.linked,
            unavailable: manifest.unavailableObjects, images: manifest.images)
    }

    /// What was read in the transaction that the dump was made in.
    private struct Snapshot: Sendable {
        var facts: DescribeCatalogue.Row
        var migrations: [BackupManifest.Migration]
        var objects: [ObjectID]
        var images: Int
    }

    private struct Copied: Sendable {
        var objects: [ObjectID] = []
        var linked = 0
        var unavailable: [ObjectID] = []
    }

    /// A connection that blocks sweeps and purges until it is closed.
    private func lockObjects() async throws -> Connection {
        let connection = try await Connection.connect(settings)
        try await connection.run(KeepIdleSession(isLocal: false))
        if try await connection.one(TryLockObjects()) { return connection }
        let holders = try await connection.run(ObjectLockHolders())
        await connection.close()
        throw WorkflowError(
            .conflict,
            "a sweep or a purge is running" + (holders.isEmpty ? "" : " (\(holders.joined(separator: "; ")))"),
            remedy: "wait until it has ended, then run the command again")
    }

    private func dump(with programs: ClientPrograms, into folder: BackupFolder) async throws -> Snapshot {
        let connection = workspace.catalog.connection
        return try await connection.transaction(isolation: .repeatableRead, access: .readOnly) { connection in
            try await connection.run(KeepIdleSession(isLocal: true))
            let id = try await connection.one(ExportSnapshot())
            let snapshot = Snapshot(
                facts: try await connection.one(DescribeCatalogue()),
                migrations: try await connection.run(ListLedger()),
                objects: try await workspace.catalog.objects().filter { !$0.isPurged }
                    .map { ObjectID(digest: $0.digest, size: $0.bytes) },
                images: try await workspace.catalog.imageFiles().count)
            let environment = try await connection.environment
            let meter = workspace.progress.begin("database (MB)", total: 0)
            defer { meter.finish() }
            try await disk.run {
                try Self.dump(id, programs, environment, into: folder, meter)
            }
            return snapshot
        }
    }

    /// Writes the dump under another name first: a killed predecessor may still write.
    private static func dump(
        _ snapshot: String, _ programs: ClientPrograms, _ environment: [String: String], into folder: BackupFolder,
        _ meter: any ProgressMeter
    ) throws {
        let draft = folder.file("lacuna-\(UInt64.random(in: 0...UInt64.max)).part")
        Unfinished.add(draft)
        defer {
            try? Folder.remove(draft)
            Unfinished.forget(draft)
        }
        var megabytes = 0
        try programs.run(
            [
                "pg_dump", "--format=custom", "--schema=lacuna", "--role=lacuna_owner", "--no-password",
                "--snapshot=\(snapshot)", "--file=\(draft)",
            ], environment: environment
        ) {
            let written = (FilePath.size(of: draft) ?? 0) >> 20
            meter.advance(by: written - megabytes)
            megabytes = written
        }
        try programs.run(["pg_restore", "--list", "--file=/dev/null", draft], environment: [:])
        try folder.place(draft, as: BackupFolder.dump)
    }

    /// Copies the objects, each read and verified; what an interrupted backup copied is kept.
    private func copy(_ snapshot: Snapshot, to folder: BackupFolder, previous: String?) async throws -> Copied {
        let catalogue = snapshot.facts.catalogue
        let target = try await LocalObjectStore.open(folder.objects, catalogue: catalogue)
        try await Self.tidy(target, keeping: Set(snapshot.objects))
        var earlier: LocalObjectStore?
        if let previous {
            earlier = try await LocalObjectStore.open(
                BackupFolder(previous).objects, catalogue: catalogue, create: false)
        }
        let source = snapshot.objects.isEmpty ? nil : try await workspace.objects()
        let meter = workspace.progress.begin("objects", total: snapshot.objects.count)
        defer { meter.finish() }
        var copied = Copied()
        for id in snapshot.objects.sorted(by: { $0.description < $1.description }) {
            if try await target.holds(id) {
                copied.objects.append(id)
            } else if let earlier, try await target.link(id, from: earlier) {
                copied.objects.append(id)
                copied.linked += 1
            } else if let source, try await Self.copy(id, from: source, to: target) {
                copied.objects.append(id)
            } else {
                copied.unavailable.append(id)
            }
            meter.advance()
        }
        return copied
    }

    /// Removes what an interrupted backup left and no row of this one names; it may have been purged since.
    private static func tidy(_ target: LocalObjectStore, keeping objects: Set<ObjectID>) async throws {
        _ = try await target.removeTemporaries(writtenBefore: .max)
        for id in try await target.listing().objects where !objects.contains(id) { try await target.remove(id) }
    }

    /// False where the object is missing or damaged.
    private static func copy(_ id: ObjectID, from source: any ObjectStore, to target: any ObjectStore) async throws
        -> Bool
    {
        do {
            let bytes = try await source.getVerified(id)
            return try await target.put(bytes) == id
        } catch let error as ObjectStoreError where error.isDamage {
            return false
        }
    }

    private static func write(
        _ snapshot: Snapshot, _ copied: Copied, program: String, serverMajor: Int, to folder: BackupFolder
    ) throws -> BackupManifest {
        let list = ChecksumList.text(copied.objects.map { BackupFolder.entry($0.digest) })
        let manifest = BackupManifest(
            format: BackupManifest.currentFormat, program: program, createdAt: snapshot.facts.time,
            catalogue: snapshot.facts.catalogue, revision: snapshot.facts.revision, migrations: snapshot.migrations,
            serverMajor: serverMajor, counts: snapshot.facts.counts, dump: try folder.describe(BackupFolder.dump),
            objectList: try folder.write(list, to: BackupFolder.objectList), objects: copied.objects.count,
            objectBytes: copied.objects.reduce(0) { $0 + $1.size },
            unavailableObjects: copied.unavailable.map(\.description), images: snapshot.images)
        _ = try folder.write(try manifest.json(), to: BackupFolder.manifest)
        return manifest
    }

    private static let notOwner = WorkflowError(
        .conflict, "the login may not read every table: it is not a member of lacuna_owner",
        remedy: "log in as a superuser or as a member of lacuna_owner, as for lacuna database migrate")
}
