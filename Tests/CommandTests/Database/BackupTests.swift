import Foundation
import Phantoms
import Postgres
import TestSupport
import Testing

/// The commands of `docs/operations.md`: the database is copied before the objects, and restored after them.
@Suite struct BackupTests {
    @Test func aRestoredBackupIsTheSameCatalogue() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let before = try await bench.lacuna("coverage", "--json").output
            let dump = "\(bench.folder)/lacuna.dump"
            try run("pg_dump", "--format=custom", "--file=\(dump)", "--dbname=\(conninfo(bench.settings))")
            let restored = "\(bench.folder)/restored"
            try FileManager.default.createDirectory(atPath: restored + "/home", withIntermediateDirectories: true)
            try run("cp", "--recursive", "\(bench.home)/objects", "\(restored)/home/objects")

            try await withDatabase(migrated: false) { connection, settings in
                try run("pg_restore", "--dbname=\(conninfo(settings))", dump)
                let copy = Workbench(connection: connection, settings: settings, folder: restored)
                #expect(try await copy.lacuna("verify", "--read-data").status == 0)
                #expect(try await copy.lacuna("coverage", "--json").output == before)
            }
        }
    }

    private func run(_ program: String, _ arguments: String...) throws {
        let outcome = try ChildProcess.run("/usr/bin/env", [program] + arguments)
        #expect(outcome.status == 0, "\(program): \(outcome.errors)")
    }

    private func conninfo(_ settings: ConnectionSettings) -> String {
        settings.with(user: "postgres").keywords.map { "\($0.key)='\($0.value)'" }.joined(separator: " ")
    }
}
