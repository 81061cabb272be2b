/// The type of a column that rows are copied into.
struct CopyColumn {
    var type: PostgresType
    /// The element type where `type` is an array.
    var element: PostgresType
}

/// Builds the stream of a binary COPY.
struct CopyEncoder {
    private let table: String
    private let types: [CopyColumn]
    private var writer = ByteWriter()

    /// PostgreSQL manual, COPY, "Binary Format": signature, flags, length of the header extension.
    private static let header: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    init(table: String, types: [CopyColumn]) {
        self.table = table
        self.types = types
        writer.bytes = Self.header
    }

    var count: Int { writer.bytes.count }

    mutating func append(_ row: [any PostgresBindable]) throws(PostgresError) {
        guard row.count == types.count else {
            throw .encoding(
                statement: "copy \(table)", parameter: row.count, problem: "is the last, \(types.count) needed")
        }
        writer.append(Int16(row.count))
        for (index, value) in row.enumerated() {
            do {
                try writer.appendField(value.postgresValue, as: types[index].type, element: types[index].element)
            } catch {
                throw .encoding(statement: "copy \(table)", parameter: index + 1, problem: error.problem)
            }
        }
    }

    /// The bytes written since the last call.
    mutating func take() -> [UInt8] {
        defer { writer.bytes.removeAll(keepingCapacity: true) }
        return writer.bytes
    }

    /// The rest, with the trailer.
    mutating func finish() -> [UInt8] {
        writer.append(Int16(-1))
        return take()
    }
}
