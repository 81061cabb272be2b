internal import CLibPQ

extension Connection {
    /// Rows are sent in blocks of about this many bytes.
    private static let copyBlock = 256 * 1024

    /// Loads rows with binary COPY; each row has one value a column, converted to the column's own type.
    ///
    /// All or nothing: after an error, also one that `rows` throws, the table is unchanged.
    /// - Parameters:
    ///   - table: the table's name, with its schema; an identifier of the program, never data.
    ///   - columns: the names of the columns, in the order of the values.
    /// - Returns: the number of rows loaded.
    public nonisolated func copyIn(
        _ table: String, columns: [String], rows: some Sequence<[any PostgresBindable]>
    ) async throws -> Int {
        var encoder = try await beginCopy(table, columns)
        do {
            for row in rows {
                try encoder.append(row)
                if encoder.count >= Self.copyBlock { try await put(encoder.take()) }
            }
        } catch {
            await abandonCopy()
            throw error
        }
        return try await endCopy(encoder.finish(), table)
    }

    /// Loads rows as they are produced; see `copyIn` over a sequence.
    public nonisolated func copyIn<Rows: AsyncSequence>(
        _ table: String, columns: [String], asyncRows rows: Rows
    ) async throws -> Int where Rows.Element == [any PostgresBindable] {
        var encoder = try await beginCopy(table, columns)
        do {
            for try await row in rows {
                try encoder.append(row)
                if encoder.count >= Self.copyBlock { try await put(encoder.take()) }
            }
        } catch {
            await abandonCopy()
            throw error
        }
        return try await endCopy(encoder.finish(), table)
    }

    private func beginCopy(_ table: String, _ columns: [String]) throws -> CopyEncoder {
        let types = try run(CopyColumnTypes(table: table, columns: columns))
        guard types.count == columns.count else {
            throw PostgresError.rowCount(
                statement: "copy \(table)", expected: "\(columns.count) columns", found: types.count)
        }
        let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
        try execute("copy \(table) (\(list)) from stdin (format binary)")
        return CopyEncoder(table: table, types: types)
    }

    private func put(_ block: [UInt8]) throws(PostgresError) {
        let handle = try requireHandle()
        let status = block.withUnsafeBytes {
            PQputCopyData(handle, $0.bindMemory(to: CChar.self).baseAddress, Int32($0.count))
        }
        guard status == 1 else { throw .connectionLost(statement: "copy") }
    }

    private func endCopy(_ block: [UInt8], _ table: String) throws(PostgresError) -> Int {
        try put(block)
        let handle = try requireHandle()
        guard PQputCopyEnd(handle, nil) == 1 else { throw .connectionLost(statement: "copy \(table)") }
        let result = PQgetResult(handle)
        defer {
            PQclear(result)
            drain(handle)
        }
        return Int(String(cString: PQcmdTuples(try checked(result, statement: "copy \(table)")))) ?? 0
    }

    /// Ends the copy with an error, so that the server discards the rows sent so far.
    private func abandonCopy() {
        guard let handle = try? requireHandle() else { return }
        PQputCopyEnd(handle, "the rows ended with an error")
        drain(handle)
    }

    private func drain(_ handle: OpaquePointer) {
        while let result = PQgetResult(handle) { PQclear(result) }
    }
}

/// The types of a table's columns, domains resolved, in the order of `columns`.
private struct CopyColumnTypes: Statement {
    static let sql = """
        select coalesce(nullif(t.typbasetype, 0), t.oid), t.typelem
        from unnest($2::text[]) with ordinality as wanted (name, position)
        join pg_attribute a on a.attrelid = $1::regclass and a.attname = wanted.name and not a.attisdropped
        join pg_type t on t.oid = a.atttypid
        order by wanted.position
        """
    let table: String
    let columns: [String]
    var binds: [any PostgresBindable] { [table, columns] }

    func decode(_ row: PostgresRow) throws -> CopyColumn {
        CopyColumn(
            type: PostgresType(rawValue: UInt32(try row.decode(0, as: Int64.self))),
            element: PostgresType(rawValue: UInt32(try row.decode(1, as: Int64.self))))
    }
}
