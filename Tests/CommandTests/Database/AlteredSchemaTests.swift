import Foundation
import Postgres
import TestSupport
import Testing

/// A schema that is not what the migrations make is named by the next session, with a remedy, and listed by `verify`.
@Suite struct AlteredSchemaTests {
    @Test func aRestoreByHandIsNoticed() async throws {
        try await Workbench.with { bench in
            let backup = try await bench.importedAndBackedUp()
            try await Workbench.withEmpty { copy async throws in
                let socket = try #require(copy.settings.keywords["host"])
                let database = try #require(copy.settings.keywords["dbname"])
                let byHand = try ChildProcess.run(
                    "/usr/bin/env",
                    [
                        "pg_restore", "--no-owner", "--host=\(socket)", "--username=postgres", "--dbname=\(database)",
                        "\(backup)/lacuna.dump",
                    ])
                #expect(byHand.status == 0, "\(byHand.errors)")
                for command in [["coverage"], ["dataset", "list"]] {
                    let refused = try await copy.start(command).end()
                    #expect(refused.status == 6, "\(refused.errors)")
                    #expect(refused.errors.contains("the schema differs from what the migrations make"))
                    #expect(refused.errors.contains("lacuna database restore"))
                }
                let listing = try await copy.lacuna("verify", "--json")
                #expect(listing.status == 6)
                let rows = try listing.rows()
                #expect(rows.allSatisfy { $0["kind"] as? String == "altered" && $0["what"] as? String == "schema" })
                let owners = rows.filter { ($0["problem"] as? String) == "owner is postgres instead of lacuna_owner" }
                #expect(owners.contains { ($0["file"] as? String)?.hasPrefix("function lacuna.roll_back(") == true })
                #expect(owners.contains { $0["file"] as? String == "table lacuna.mask" })
                #expect(owners.count > 150)
            }
        }
    }

    @Test func aRightThatWasAddedIsNoticedByTheDaemonToo() async throws {
        try await Workbench.with { bench in
            let admin = try await Connection.connect(bench.settings.with(user: "postgres"))
            try await admin.execute("grant select on lacuna.annotation to lacuna_trainer")
            let file = "\(bench.folder)/run.yaml"
            try "run:\n  name: a\n  organs: [liver]\n  split: s\n".write(
                toFile: file, atomically: true, encoding: .utf8)
            let trainer = bench.settings.with(user: "lacunad").keywords.map { "\($0.key)='\($0.value)'" }
            for (program, arguments, database) in [
                ("lacunad", ["run", "--once", "--config", file], trainer.joined(separator: " ")),
                ("lacuna", ["coverage"], trainer.joined(separator: " ").replacing("lacunad", with: "lacuna")),
            ] {
                let ending = try await RunningProgram(
                    program, arguments, environment: ["LACUNA_DATABASE": database, "LACUNA_HOME": bench.home]
                ).end()
                #expect(
                    ending.errors.contains(
                        "table lacuna.annotation: rights of lacuna_trainer is SELECT instead of none"),
                    "\(ending.errors)")
                #expect(ending.status == 6)
            }
        }
    }

    /// Each change of the ledger, the exit status, and what the message says.
    @Test(arguments: [
        (
            "update lacuna.migration set sha256 = repeat('0', 64) where number = 8", Int32(6),
            "migration 0008 was edited", "import the data again"
        ),
        (
            "delete from lacuna.migration where number = (select max(number) from lacuna.migration)", 5,
            "this program requires version", "run 'lacuna database migrate'"
        ),
        (
            """
            insert into lacuna.migration select max(number) + 1, 'later', repeat('0', 64), now(), 'later'
            from lacuna.migration
            """, 5, "was made by a newer program", "install a newer release"
        ),
        ("drop table lacuna.migration", 6, "no ledger of its migrations", "lacuna database restore"),
    ])
    func anotherLedgerIsNamedAtConnect(sql: String, status: Int32, problem: String, remedy: String) async throws {
        try await Workbench.with { bench in
            let admin = try await Connection.connect(bench.settings.with(user: "postgres"))
            try await admin.execute(sql)
            for command in [["coverage"], ["verify"]] {
                let ending = try await bench.start(command).end()
                #expect(ending.status == status, "\(ending.errors)")
                #expect(ending.errors.contains(problem) && ending.errors.contains(remedy), "\(ending.errors)")
                #expect(!ending.errors.contains("report this"))
            }
        }
    }
}
