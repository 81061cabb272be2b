import Postgres
import TestSupport
import Testing

@Suite struct TypeTests {
    private func check<Cast: EchoType, Value: PostgresBindable & PostgresDecodable & Equatable>(
        _: Cast.Type, _ values: [Value], _ connection: Connection
    ) async throws {
        for value in values {
            #expect(try await connection.one(Echo<Cast, Value>(value: value)) == value)
        }
    }

    @Test func numbersComeBackAsTheyWent() async throws {
        try await withDatabase { connection, _ async throws in
            try await check(AsSmallint.self, [Int16.min, -1, 0, .max], connection)
            try await check(AsInteger.self, [Int32.min, -1, 0, .max], connection)
            try await check(AsBigint.self, [Int64.min, -1, 0, .max], connection)
            try await check(AsBigint.self, [Int.min, -1, 0, .max], connection)
            try await check(AsReal.self, [Float.leastNonzeroMagnitude, -1.5, 0, .infinity], connection)
            try await check(AsDouble.self, [Double.leastNormalMagnitude, -0.1, 0, 1e300, -.infinity], connection)
            try await check(AsBoolean.self, [true, false], connection)
            let nan = try await connection.one(Echo<AsDouble, Double>(value: .nan))
            #expect(nan.isNaN)
        }
    }

    @Test func numericIsReadExactly() async throws {
        try await withDatabase { connection, _ async throws in
            for value in [0, 1, 9999, 10_000, 100_000_000, -12_345_678_901_234, Int64.max, Int64.min] {
                #expect(try await connection.one(Echo<AsNumeric, Int64>(value: value)) == value)
            }
            enum Fraction: Expression { static let text = "-1234567.000120::numeric" }
            #expect(try await connection.one(Read<Fraction, String>()) == "-1234567.000120")
            #expect(try await connection.one(Read<Fraction, Double>()) == -1234567.00012)
            enum Small: Expression { static let text = "0.00000005::numeric" }
            #expect(try await connection.one(Read<Small, Double>()) == 5e-8)
            await #expect(throws: PostgresError.self) { try await connection.one(Read<Fraction, Int>()) }
            enum Sum: Expression { static let text = "sum(n) from (values (9223372036854775807), (1)) v (n)" }
            #expect(try await connection.one(Read<Sum, String>()) == "9223372036854775808")
            await #expect(throws: PostgresError.self) { try await connection.one(Read<Sum, Int>()) }
        }
    }

    @Test func textBytesAndJSONComeBackAsTheyWent() async throws {
        try await withDatabase { connection, _ async throws in
            try await check(AsText.self, ["", "pancreas", "Größe 'x' \\ \" 臓器 🫀"], connection)
            try await check(AsBytes.self, [[], [0], [UInt8](0...255)], connection)
            try await check(AsJSON.self, [JSONText("{\"a\": [1, null]}")], connection)
            try await check(AsJSONB.self, [JSONText("{\"a\": [1, null]}")], connection)
            try await check(AsUUID.self, ["0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"], connection)
        }
    }

    @Test func arraysComeBackAsTheyWent() async throws {
        try await withDatabase { connection, _ async throws in
            try await check(AsBigints.self, [[Int64](), [1, -2, .max]], connection)
            try await check(AsBigints.self, [[Int?.some(1), nil, 3]], connection)
            try await check(AsIntegers.self, [[Int32](), [1, -2, .min]], connection)
            try await check(AsDoubles.self, [[0.5, -1e-9]], connection)
            try await check(AsTexts.self, [["a", "", "ü,{}\""]], connection)
            try await check(AsByteses.self, [[[1, 2], [], [0]]], connection)
        }
    }

    @Test func nullsAndValuesShareAStatement() async throws {
        try await withDatabase { connection, _ async throws in
            try await check(AsInteger.self, [Int32?.none, 7, nil], connection)
            try await check(AsText.self, [String?.none, "x", nil], connection)
            try await check(AsBytes.self, [[UInt8]?.none, [1]], connection)
            await #expect(throws: PostgresError.self) {
                enum Null: Expression { static let text = "null::bigint" }
                return try await connection.one(Read<Null, Int>())
            }
        }
    }

    @Test func timestampsAreReadAsTextAndSeconds() async throws {
        try await withDatabase { connection, _ async throws in
            enum Leap: Expression { static let text = "'2024-02-29 23:59:59.25+00'::timestamptz" }
            #expect(try await connection.one(Read<Leap, String>()) == "2024-02-29T23:59:59.250000Z")
            #expect(try await connection.one(Read<Leap, Double>()) == 1_709_251_199.25)
            enum Early: Expression { static let text = "'1999-12-31 23:59:59.999999+00'::timestamptz" }
            #expect(try await connection.one(Read<Early, String>()) == "1999-12-31T23:59:59.999999Z")
            let sent = try await connection.one(Echo<AsTimestamp, String>(value: "1582-10-15T00:00:00.000001Z"))
            #expect(sent == "1582-10-15T00:00:00.000001Z")
        }
    }

    @Test func valuesOutOfRangeAreErrors() async throws {
        try await withDatabase { connection, _ async throws in
            enum Big: Expression { static let text = "70000::integer" }
            await #expect(throws: PostgresError.self) { try await connection.one(Read<Big, Int16>()) }
            await #expect(throws: PostgresError.self) { try await connection.one(Read<Big, Bool>()) }
            await #expect(throws: PostgresError.self) {
                try await connection.one(Echo<AsText, String>(value: "a\0b"))
            }
            await #expect(throws: PostgresError.self) {
                try await connection.one(Echo<AsTexts, [String]>(value: ["a\0b"]))
            }
        }
    }
}
