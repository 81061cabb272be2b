import Postgres
import TestSupport
import Testing

@testable import Schema

/// An alteration, and the difference that it makes.
struct Alteration: Sendable, CustomTestStringConvertible {
    let sql: String
    let difference: String

    var testDescription: String { sql }
}

/// What every session notices.
private let noticed: [Alteration] = [
    Alteration(
        sql: "alter function lacuna.current_revision() owner to postgres",
        difference: "function lacuna.current_revision(): owner is postgres instead of lacuna_owner"),
    Alteration(
        sql: "alter table lacuna.mask owner to postgres",
        difference: "table lacuna.mask: owner is postgres instead of lacuna_owner"),
    Alteration(
        sql: "alter schema lacuna owner to postgres",
        difference: "schema lacuna: owner is postgres instead of lacuna_owner"),
    Alteration(
        sql: "grant execute on function lacuna.open_change(text) to public",
        difference: "function lacuna.open_change(text): rights of PUBLIC is EXECUTE instead of none"),
    Alteration(
        sql: "revoke execute on function lacuna.current_revision() from lacuna_trainer",
        difference: "function lacuna.current_revision(): rights of lacuna_trainer is none instead of EXECUTE"),
    Alteration(
        sql: "grant update on lacuna.mask to lacuna_trainer",
        difference: "table lacuna.mask: rights of lacuna_trainer is UPDATE instead of none"),
    Alteration(
        sql: "grant update (reason) on lacuna.activity to lacuna_trainer",
        difference: "column lacuna.activity.reason: rights of lacuna_trainer is UPDATE instead of none"),
    Alteration(
        sql: "revoke update (root) on lacuna.release from lacuna_manager",
        difference: "column lacuna.release.root: rights of lacuna_manager is none instead of UPDATE"),
    Alteration(
        sql: "revoke all on lacuna.catalogue from lacuna_manager",
        difference: "table lacuna.catalogue: rights of lacuna_manager is none instead of SELECT"),
    Alteration(
        sql: "grant create on schema lacuna to lacuna_trainer",
        difference: "schema lacuna: rights of lacuna_trainer is CREATE USAGE instead of USAGE"),
    Alteration(
        sql: "alter default privileges for role lacuna_owner grant execute on functions to public",
        difference: "new functions of lacuna_owner: it is missing"),
    Alteration(
        sql: "alter function lacuna.current_revision() security invoker",
        difference: "function lacuna.current_revision(): security is invoker instead of definer"),
    Alteration(
        sql: "alter function lacuna.current_revision() set search_path = public",
        difference: "function lacuna.current_revision(): settings is search_path=public instead of "
            + "search_path=pg_catalog, lacuna, pg_temp"),
    Alteration(
        sql: """
            create or replace function lacuna.pointer_lock() returns bigint language sql immutable as 'select 1::bigint'
            """, difference: "function lacuna.pointer_lock(): the source was changed"),
    Alteration(
        sql: "create function lacuna.extra() returns integer language sql as 'select 1'",
        difference: "function lacuna.extra(): no migration makes it"),
    Alteration(sql: "create table lacuna.extra ()", difference: "table lacuna.extra: no migration makes it"),
    Alteration(
        sql: "drop trigger history_is_append_only on lacuna.activity",
        difference: "trigger lacuna.activity.history_is_append_only: it is missing"),
    Alteration(
        sql: "alter table lacuna.activity disable trigger history_is_append_only",
        difference: "trigger lacuna.activity.history_is_append_only: state is disabled instead of enabled"),
    Alteration(
        sql: "alter table lacuna.annotation disable trigger all",
        difference: "trigger lacuna.annotation.of foreign keys: no migration makes it"),
    Alteration(
        sql: "alter table lacuna.activity drop constraint activity_kind_is_known",
        difference: "constraint lacuna.activity.activity_kind_is_known: it is missing"),
    Alteration(
        sql: "set session_replication_role = replica",
        difference: "setting session_replication_role: value is replica instead of origin"),
]

/// What the listing of `lacuna verify` has besides.
private let listed: [Alteration] = [
    Alteration(
        sql: "alter table lacuna.activity alter column kind drop not null",
        difference: "column lacuna.activity.kind: type is text instead of text not null"),
    Alteration(
        sql: "alter table lacuna.activity add column extra text",
        difference: "column lacuna.activity.extra: no migration makes it"),
    Alteration(
        sql: "drop index lacuna.change_that_is_open", difference: "index lacuna.change_that_is_open: it is missing"),
    Alteration(
        sql: "alter type lacuna.split_part add value 'spare'",
        difference: "type lacuna.split_part: labels is train confidence validation test spare instead of "
            + "train confidence validation test"),
]

@Suite struct SchemaCheckTests {
    @Test func aMigratedDatabaseIsWhatTheMigrationsMake() async throws {
        for role in ["postgres", "lacuna", "lacunad", "lacuna_stranger"] {
            try await withDatabase(role: role) { connection, _ in
                let reading = try await SchemaCheck(connection).read()
                #expect(reading.digest == ExpectedSchema.digest)
                #expect(reading.version == EmbeddedMigrations.all.count)
                try await SchemaCheck(connection).require(reading)
                #expect(try await SchemaCheck(connection).differences() == [])
            }
        }
    }

    @Test(arguments: noticed)
    func anAlterationIsNoticedByEverySession(alteration: Alteration) async throws {
        try await withDatabase(role: "postgres") { connection, _ in
            try await connection.execute(alteration.sql)
            let error = await #expect(throws: SchemaError.self) { try await SchemaCheck(connection).require() }
            guard case .altered(let differences) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(differences.map(\.description).contains(alteration.difference), "\(differences)")
        }
    }

    @Test(arguments: listed)
    func anAlterationIsListed(alteration: Alteration) async throws {
        try await withDatabase(role: "postgres") { connection, _ in
            try await connection.execute(alteration.sql)
            let found = try await SchemaCheck(connection).differences().map(\.description)
            #expect(found.contains(alteration.difference), "\(found)")
        }
    }

    @Test func aReplacedViewIsListed() async throws {
        try await withDatabase(role: "postgres") { connection, _ in
            let major = await connection.serverVersion / 10_000
            try await connection.execute(
                """
                create or replace view lacuna.locked_subject as
                    select s.id as subject_id from lacuna.subject s where false
                """)
            let found = try await SchemaCheck(connection).differences().map(\.description)
            #expect(
                found == (major == ExpectedSchema.major ? ["view lacuna.locked_subject: the text was changed"] : []))
        }
    }

    @Test func aLoginWithoutAccessHearsWhatWasRevoked() async throws {
        try await withDatabase(role: "postgres") { connection, settings in
            try await connection.execute(
                "revoke select on lacuna.migration from public, lacuna_trainer, lacuna_manager")
            let trainer = try await Connection.connect(settings.with(user: "lacunad"))
            let error = await #expect(throws: SchemaError.self) { try await SchemaCheck(trainer).require() }
            let text = error.map(\.description) ?? ""
            #expect(text.contains("table lacuna.migration: rights of PUBLIC is none instead of SELECT"), "\(text)")
        }
    }

    @Test func theLedgerIsCompared() async throws {
        let last = EmbeddedMigrations.all.count
        let cases: [(String, SchemaError)] = [
            ("update lacuna.migration set sha256 = repeat('0', 64) where number = 8", .migrationChanged(number: 8)),
            (
                "delete from lacuna.migration where number = \(last)",
                .databaseOlderThanProgram(database: last - 1, program: last)
            ),
            (
                """
                insert into lacuna.migration
                    select number + 1, 'later', sha256, applied_at, program from lacuna.migration where number = \(last)
                """, .databaseNewerThanProgram(database: last + 1, program: last)
            ),
            ("delete from lacuna.migration where number = 3", .gap(number: 3)),
            ("drop table lacuna.migration cascade", .ledgerMissing),
        ]
        for (sql, expected) in cases {
            try await withDatabase(role: "postgres") { connection, _ in
                try await connection.execute(sql)
                let error = await #expect(throws: SchemaError.self) { try await SchemaCheck(connection).require() }
                #expect(error == expected, "\(sql)")
            }
        }
    }

    @Test func anEmptyDatabaseHasVersionZero() async throws {
        try await withDatabase(role: "postgres", migrated: false) { connection, _ async throws in
            #expect(try await SchemaCheck(connection).read().version == 0)
        }
    }
}
