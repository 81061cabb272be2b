internal import CLibPQ

/// A row of a result, valid only inside `Statement.decode`; it cannot leave the connection because it is not sendable.
public struct PostgresRow {
    let result: OpaquePointer
    let index: Int32
    let statement: String

    public var columnCount: Int { Int(PQnfields(result)) }

    /// Reads the column at `column`, counted from 0.
    ///
    /// - Throws: `PostgresError.decoding` when it is null, of another type or out of range for `type`.
    public func decode<T: PostgresDecodable>(_ column: Int, as type: T.Type = T.self) throws(PostgresError) -> T {
        try T.decode(field(column))
    }

    /// The column at `column`, counted from 0.
    public func field(_ column: Int) throws(PostgresError) -> PostgresField {
        guard column >= 0, column < columnCount else {
            throw .decoding(statement: statement, column: column, expected: "a column of that number")
        }
        let at = Int32(column)
        let isNull = PQgetisnull(result, index, at) != 0
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result, index, at), count: Int(PQgetlength(result, index, at)))
        return PostgresField(
            bytes: isNull ? nil : bytes, type: PostgresType(rawValue: PQftype(result, at)), column: column,
            statement: statement)
    }
}
