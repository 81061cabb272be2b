import Cluster
import Foundation
import Phantoms
import Postgres
import TestSupport
import Testing

extension Workbench {
    /// The same catalogue with the rights of a superuser.
    var administrator: Workbench {
        Workbench(connection: connection, settings: settings.with(user: "postgres"), folder: folder)
    }

    /// Runs `body` with an empty database and a home without objects.
    static func withEmpty<T>(_ body: (Workbench) async throws -> T) async throws -> T {
        try await withTemporaryFolder { folder in
            try await withDatabase(role: "postgres", migrated: false) { connection, settings in
                try await body(Workbench(connection: connection, settings: settings, folder: folder))
            }
        }
    }

    /// Imports two cases and returns the folder of a backup of them.
    func importedAndBackedUp() async throws -> String {
        let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: self)
        #expect(try await lacuna("dataset", "import", path).status == 0)
        let backup = "\(folder)/backup"
        let ending = try await administrator.lacuna("database", "backup", backup, "--json")
        #expect(ending.status == 0, "\(ending.errors)")
        return backup
    }

    /// The rows of all tables, one digest for each.
    func digests() async throws -> [String] {
        try await connection.execute(Ask.preparation)
        let tables = try await connection.ask(
            "select relname from pg_class where relnamespace = 'lacuna'::regnamespace and relkind = 'r' order by 1")
        var digests: [String] = []
        for table in tables {
            digests += try await connection.ask(
                "select '\(table)', count(*), md5(string_agg(t::text, '' order by t::text)) from lacuna.\(table) t")
        }
        return digests
    }
}

@Suite struct BackupTests {
    @Test func aRestoredBackupIsTheSameCatalogue() async throws {
        try await Workbench.with { bench in
            let backup = try await bench.importedAndBackedUp()
            let before = try await bench.lacuna("coverage", "--json").output
            let admin = try await Connection.connect(bench.settings.with(user: "postgres"))
            let rows = try await Workbench(connection: admin, settings: bench.settings, folder: "").digests()
            try await Workbench.withEmpty { copy async throws in
                let restored = try await copy.lacuna("database", "restore", backup, "--json")
                #expect(restored.status == 0, "\(restored.errors)")
                #expect(restored.errors.contains("are in the catalogue again"))
                let verified = try await copy.lacuna("verify", "--read-data")
                #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
                #expect(try await copy.lacuna("coverage", "--json").output == before)
                #expect(try await copy.digests() == rows)
                let again = try await copy.lacuna("database", "restore", backup)
                #expect(again.status == 5 && again.errors.contains("has a catalogue already"), "\(again.errors)")
            }
        }
    }

    @Test func aBackupContainsItsManifestAndStandardChecksums() async throws {
        try await Workbench.with { bench in
            let backup = try await bench.importedAndBackedUp()
            let manifest = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: "\(backup)/manifest.json")))
                    as? [String: Any])
            #expect(manifest["revision"] as? Int == (try await bench.revision()))
            #expect(manifest["images"] as? Int == 2)
            #expect(manifest["program"] as? String == "lacuna 0.1.0")
            let sums = try await bench.shell(
                "cd backup && sha256sum --check --strict SHA256SUMS && sha256sum --check --strict objects.sha256")
            #expect(sums.status == 0, "\(sums.errors)")
            let mode = try FileManager.default.attributesOfItem(atPath: backup)[.posixPermissions] as? Int
            #expect(mode == 0o700)
        }
    }

    @Test func aFolderIsNeverWrittenTwiceAndObjectsAreShared() async throws {
        try await Workbench.with { bench in
            let backup = try await bench.importedAndBackedUp()
            let repeated = try await bench.administrator.lacuna("database", "backup", backup)
            #expect(repeated.status == 5 && repeated.errors.contains("exists already"), "\(repeated.errors)")
            let second = try await bench.administrator.lacuna(
                "database", "backup", "\(bench.folder)/second", "--previous", backup, "--json")
            let summary = try second.object()
            #expect(summary["linked"] as? Int == summary["objects"] as? Int)
            #expect((summary["objects"] as? Int ?? 0) > 0)
            // The second one is complete without the first one.
            try FileManager.default.removeItem(atPath: backup)
            try await Workbench.withEmpty { copy async throws in
                #expect(try await copy.lacuna("database", "restore", "\(bench.folder)/second").status == 0)
                #expect(try await copy.lacuna("verify", "--read-data").status == 0)
            }
        }
    }

    @Test func aManagerWhoIsNotTheOwnerIsRefused() async throws {
        try await Workbench.with { bench in
            let ending = try await bench.lacuna("database", "backup", "\(bench.folder)/backup")
            #expect(ending.status == 5 && ending.errors.contains("lacuna_owner"), "\(ending.errors)")
            #expect(!FileManager.default.fileExists(atPath: "\(bench.folder)/backup.unfinished"))
        }
    }

    @Test func aDamagedObjectOfTheCatalogueIsNamedAndTheRestIsBackedUp() async throws {
        try await Workbench.with { bench in
            _ = try await bench.importedAndBackedUp()
            let object = try #require(try Self.objects(in: "\(bench.home)/objects").first)
            try FileManager.default.removeItem(atPath: object)
            let ending = try await bench.administrator.lacuna(
                "database", "backup", "\(bench.folder)/second", "--json")
            #expect(ending.status == 6 && ending.errors.contains("missing or damaged"), "\(ending.errors)")
            #expect(try ending.object()["unavailable"] as? Int == 1)
            try await Workbench.withEmpty { copy async throws in
                let restored = try await copy.lacuna("database", "restore", "\(bench.folder)/second", "--json")
                #expect(restored.status == 0)
                #expect(try restored.object()["unavailable"] as? Int == 1)
                #expect(try await copy.lacuna("verify").status == 6)
            }
        }
    }

    /// Each change of a backup, and the file that the refusal names.
    @Test(arguments: [
        ("truncate -s -100 lacuna.dump", "lacuna.dump"), ("rm lacuna.dump", "lacuna.dump"),
        ("sed -i 's/\"revision\" : /&1/' manifest.json", "manifest.json"),
        ("sed -i '$d' objects.sha256", "objects.sha256"), ("sed -i '$d' SHA256SUMS", "SHA256SUMS"),
        ("rm SHA256SUMS", "backup"),
        ("f=$(find objects -type f -size +0 -path '*/??/*' | head -1); chmod u+w $f; printf x >> $f", "objects/"),
        ("rm $(find objects -type f -path '*/??/*' | head -1)", "objects/"), ("rm -r objects", "objects"),
    ])
    func aChangedBackupIsRefusedBeforeAnythingChanges(change: String, file: String) async throws {
        try await Workbench.with { bench in
            _ = try await bench.importedAndBackedUp()
            let changed = try await bench.shell("cd backup && \(change)")
            #expect(changed.status == 0, "\(changed.errors)")
            try await Workbench.withEmpty { copy async throws in
                let refused = try await copy.lacuna("database", "restore", "\(bench.folder)/backup")
                #expect(refused.status == 6, "\(refused.errors)")
                #expect(refused.errors.contains("file: \(bench.folder)/backup"), "\(refused.errors)")
                #expect(refused.errors.contains(file), "\(refused.errors)")
                #expect(!FileManager.default.fileExists(atPath: copy.home + "/objects"))
                try await copy.connection.execute(Ask.preparation)
                #expect(try await copy.connection.ask("select to_regnamespace('lacuna') is null") == ["true"])
            }
        }
    }

    /// Each change of a manifest whose checksums were computed again, the exit status, and what the refusal says.
    @Test(arguments: [
        (
            "/foundation/,/sha256/s/\"sha256\" : \"...../\"sha256\" : \"00000/", Int32(5),
            "migration 1, foundation, of the backup is not that"
        ),
        ("s/\"format\" : 1/\"format\" : 2/", 5, "a newer program made the backup"),
        ("s/\"revision\" : /&1/", 6, "lacuna.dump"), ("s/\"masks\" : /&1/", 6, "lacuna.dump"),
    ])
    func aBackupThatThisProgramCannotRestoreLeavesTheDatabaseEmpty(edit: String, status: Int32, text: String)
        async throws
    {
        try await Workbench.with { bench in
            let backup = try await bench.importedAndBackedUp()
            let edited = try await bench.shell(
                """
                cd backup && cp manifest.json before && sed -i '\(edit)' manifest.json && ! cmp -s before manifest.json \
                    && sha256sum manifest.json lacuna.dump objects.sha256 > SHA256SUMS
                """)
            #expect(edited.status == 0, "\(edited.errors)")
            try await Workbench.withEmpty { copy async throws in
                let refused = try await copy.lacuna("database", "restore", backup)
                #expect(refused.status == status && refused.errors.contains(text), "\(refused.errors)")
                try await copy.connection.execute(Ask.preparation)
                #expect(try await copy.connection.ask("select to_regnamespace('lacuna') is null") == ["true"])
            }
        }
    }

    @Test func theObjectsOfAnotherCatalogueAreRefused() async throws {
        try await Workbench.with { bench in
            let backup = try await bench.importedAndBackedUp()
            try await bench.withAnother { other in
                // The databases of tests are copies of one.
                let admin = try await Connection.connect(other.settings.with(user: "postgres"))
                try await admin.execute("update lacuna.catalogue set id = gen_random_uuid()")
                await admin.close()
                _ = try await other.importedAndBackedUp()
                try await Workbench.withEmpty { copy async throws in
                    let refused = try await copy.lacuna(
                        "database", "restore", backup, "--objects", "\(other.home)/objects")
                    #expect(refused.status == 5 && refused.errors.contains("belongs to catalogue"), "\(refused.errors)")
                    try await copy.connection.execute(Ask.preparation)
                    #expect(try await copy.connection.ask("select to_regnamespace('lacuna') is null") == ["true"])
                }
            }
        }
    }

    @Test func aBackupDuringAnImportIsOfOneMoment() async throws {
        try await Workbench.with { bench in
            _ = try await bench.importedAndBackedUp()
            let path = try PhantomData.write(.btcv, "more", scans: 11...22, in: bench)
            let importing = try bench.start(["dataset", "import", path])
            var backups: [String] = []
            repeat {
                let backup = "\(bench.folder)/during\(backups.count)"
                #expect(try await bench.administrator.lacuna("database", "backup", backup).status == 0)
                backups.append(backup)
            } while importing.isRunning && backups.count < 6
            #expect(await importing.end().status == 0)
            for backup in backups {
                try await Workbench.withEmpty { copy async throws in
                    #expect(try await copy.lacuna("database", "restore", backup).status == 0)
                    let verified = try await copy.lacuna("verify", "--read-data")
                    #expect(verified.status == 0, "\(verified.output)")
                }
            }
        }
    }

    @Test func aPurgeUnderWayIsNamed() async throws {
        try await Workbench.with { bench in
            _ = try await bench.importedAndBackedUp()
            try await bench.connection.execute("begin; select pg_advisory_xact_lock(lacuna.object_lock())")
            let refused = try await bench.administrator.lacuna("database", "backup", "\(bench.folder)/second")
            let process = await bench.connection.backendProcess
            #expect(refused.status == 5, "\(refused.errors)")
            #expect(
                refused.errors.contains("a sweep or a purge is running (lacuna, process \(process))"),
                "\(refused.errors)")
            try await bench.connection.execute("rollback")
        }
    }

    @Test func theEmbeddedDatabaseIsBackedUpDroppedAndRestored() async throws {
        let home = TemporaryFolder.make("bk")
        let cluster = try EmbeddedCluster(home: home)
        func lacuna(_ arguments: String...) throws -> ChildProcess.Outcome {
            try ChildProcess.run(
                ChildProcess.built("lacuna"), arguments, environment: ["LACUNA_HOME": home], folder: "/")
        }
        do {
            try await Workbench.with { bench in
                let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
                #expect(try lacuna("dataset", "import", path).status == 0)
                let before = try lacuna("coverage", "--json").output
                let backup = "\(bench.folder)/backup"
                #expect(try lacuna("database", "backup", backup).status == 0)
                #expect(try lacuna("database", "restore", backup).status == 5)
                #expect(try lacuna("database", "drop", "--yes").status == 0)
                try FileManager.default.removeItem(atPath: "\(home)/objects")
                let restored = try lacuna("database", "restore", backup)
                #expect(restored.status == 0, "\(restored.errors)")
                #expect(try lacuna("verify", "--read-data").status == 0)
                #expect(try lacuna("coverage", "--json").output == before)
            }
            try await cluster.destroy()
        } catch {
            try? await cluster.destroy()
            throw error
        }
    }

    private static func objects(in folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
            .filter { $0.utf8.count == 65 }.map { "\(folder)/\($0)" }
    }
}
