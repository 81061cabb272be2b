import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

@Suite struct BackupInterruptionTests {
    /// A lock on a table stops pg_dump at a known moment.
    @Test func aKilledBackupIsNotRestorableAndTheNextOneContinues() async throws {
        try await Workbench.with { bench in
            _ = try await bench.importedAndBackedUp()
            let (admin, second) = (bench.administrator, "\(bench.folder)/second")
            let blocker = try await Connection.connect(admin.settings)
            let watcher = try await Self.watcher(admin.settings)
            try await blocker.execute("begin; lock table lacuna.accepted_flip in access exclusive mode")
            let backup = try admin.start(["database", "backup", second])
            try await awaits("pg_dump waits for the table") {
                try await watcher.ask(Self.sessions("pg_dump") + " and wait_event_type = 'Lock'") == ["1"]
            }
            backup.signal(SIGKILL)
            #expect(await backup.end().status == 128 + SIGKILL)
            try await blocker.execute("rollback")
            try await awaits("pg_dump has ended") { try await watcher.ask(Self.sessions("pg_dump")) == ["0"] }
            #expect(!FileManager.default.fileExists(atPath: second))
            try await Workbench.withEmpty { copy async throws in
                let refused = try await copy.lacuna("database", "restore", second + ".unfinished")
                #expect(refused.status == 6 && refused.errors.contains("no complete backup"), "\(refused.errors)")
                let absent = try await copy.lacuna("database", "restore", second)
                #expect(absent.status == 3, "\(absent.errors)")
                #expect(try await admin.lacuna("database", "backup", second).status == 0)
                #expect(!FileManager.default.fileExists(atPath: second + ".unfinished"))
                #expect(try FileManager.default.contentsOfDirectory(atPath: second).count == 5)
                #expect(try await copy.lacuna("database", "restore", second).status == 0)
                #expect(try await copy.lacuna("verify", "--read-data").status == 0)
            }
        }
    }

    /// An uncommitted schema of the same name stops pg_restore at a known moment.
    @Test func aKilledRestoreLeavesAnEmptyDatabase() async throws {
        try await Workbench.with { bench in
            let backup = try await bench.importedAndBackedUp()
            try await Workbench.withEmpty { copy async throws in
                let watcher = try await Self.watcher(copy.settings)
                try await copy.connection.execute("begin; create schema lacuna")
                let restore = try copy.start(["database", "restore", backup])
                try await awaits("pg_restore waits for the schema") {
                    try await watcher.ask(Self.sessions("pg_restore") + " and wait_event_type = 'Lock'") == [
                        "1"
                    ]
                }
                restore.signal(SIGKILL)
                #expect(await restore.end().status == 128 + SIGKILL)
                try await copy.connection.execute("rollback")
                try await awaits("pg_restore has ended") {
                    try await watcher.ask(Self.sessions("pg_restore")) == ["0"]
                }
                #expect(try await watcher.ask("select to_regnamespace('lacuna') is null") == ["true"])
                let again = try await copy.lacuna("database", "restore", backup)
                #expect(again.status == 0, "\(again.errors)")
                #expect(try await copy.lacuna("verify", "--read-data").status == 0)
            }
        }
    }

    /// A connection without a transaction, which sees the present state of other sessions.
    private static func watcher(_ settings: ConnectionSettings) async throws -> Connection {
        let connection = try await Connection.connect(settings)
        try await connection.execute(Ask.preparation)
        return connection
    }

    private static func sessions(_ program: String) -> String {
        """
        select count(*) from pg_stat_activity where datname = current_database() and application_name = '\(program)'
        """
    }
}
