import Postgres
import TestSupport
import Testing

private struct Loaded: Statement {
    static let sql =
        "select id, small, share, key, data, flag, status::text, made, codes, uid::text from sample order by id"

    struct Row: Equatable, Sendable {
        var id: Int64
        var small: Int16?
        var share: Double?
        var key: String?
        var data: [UInt8]?
        var flag: Bool?
        var status: String?
        var made: Double?
        var codes: [Int]?
        var uid: String?
    }

    func decode(_ row: PostgresRow) throws -> Row {
        Row(
            id: try row.decode(0), small: try row.decode(1), share: try row.decode(2), key: try row.decode(3),
            data: try row.decode(4), flag: try row.decode(5), status: try row.decode(6), made: try row.decode(7),
            codes: try row.decode(8), uid: try row.decode(9))
    }
}

private let columns = ["id", "small", "share", "key", "data", "flag", "status", "made", "codes", "uid"]

private struct Count: Statement {
    static let sql = "select count(*) from sample"
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

private func withSample(_ body: (Connection) async throws -> Void) async throws {
    try await withDatabase(role: "postgres", migrated: false) { connection, _ async throws in
        try await connection.execute(
            """
            create type label_status as enum ('annotated', 'absent');
            create domain positive as bigint check (value > 0);
            create table sample (
                id positive primary key, small smallint, share real, key text, data bytea, flag boolean,
                status label_status, made timestamptz, codes integer[], uid uuid);
            """)
        try await body(connection)
    }
}

@Suite struct CopyTests {
    @Test func everyTypeIsLoadedAsItsColumnWants() async throws {
        try await withSample { connection async throws in
            let uid = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
            let full: [any PostgresBindable] = [
                1, 7, 0.5, "Größe\t\\N", [UInt8]([0, 255]), true, "absent", 1_709_251_199.25, [1, 2, 3], uid,
            ]
            let empty: [any PostgresBindable] = [2] + Array(repeating: String?.none, count: 9)
            let count = try await connection.copyIn("sample", columns: columns, rows: [full, empty])
            #expect(count == 2)
            let rows = try await connection.run(Loaded())
            #expect(
                rows == [
                    Loaded.Row(
                        id: 1, small: 7, share: 0.5, key: "Größe\t\\N", data: [0, 255], flag: true, status: "absent",
                        made: 1_709_251_199.25, codes: [1, 2, 3], uid: uid),
                    Loaded.Row(id: 2),
                ])
        }
    }

    @Test func manyRowsGoInBlocks() async throws {
        try await withSample { connection async throws in
            let rows = (1...100_000).lazy.map { [$0, "organ \($0)"] as [any PostgresBindable] }
            #expect(try await connection.copyIn("sample", columns: ["id", "key"], rows: rows) == 100_000)
            #expect(try await connection.one(Count()) == 100_000)
        }
    }

    @Test func asynchronousRowsAreLoaded() async throws {
        try await withSample { connection async throws in
            let rows = AsyncStream<[any PostgresBindable]> { continuation in
                for id in 1...10 { continuation.yield([id]) }
                continuation.finish()
            }
            #expect(try await connection.copyIn("sample", columns: ["id"], asyncRows: rows) == 10)
        }
    }

    @Test func aRefusedRowLeavesNothing() async throws {
        try await withSample { connection async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copyIn("sample", columns: ["id"], rows: [[1], [2], [1]])
            }
            #expect(error?.sqlState == "23505")
            #expect(try await connection.one(Count()) == 0)
        }
    }

    @Test func aValueThatDoesNotFitLeavesNothing() async throws {
        try await withSample { connection async throws in
            let rows: [[any PostgresBindable]] = [[1, 2], [2, 70_000]]
            await #expect(throws: PostgresError.self) {
                try await connection.copyIn("sample", columns: ["id", "small"], rows: rows)
            }
            await #expect(throws: PostgresError.self) {
                try await connection.copyIn("sample", columns: ["id", "nonexistent"], rows: rows)
            }
            #expect(try await connection.one(Count()) == 0)
            #expect(await connection.isUsable)
        }
    }
}
