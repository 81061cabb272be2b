/// One column of one row, in the server's binary form. Valid only while its row is decoded.
public struct PostgresField {
    /// The binary value; nil for null.
    let bytes: UnsafeRawBufferPointer?
    let type: PostgresType
    let column: Int
    /// The type name of the statement, for errors.
    let statement: String

    public var isNull: Bool { bytes == nil }

    /// The error for a value of an unexpected type or range. It never quotes the value.
    public func mismatch(_ expected: String) -> PostgresError {
        .decoding(statement: statement, column: column, expected: expected)
    }

    /// The bytes of a value that is not null.
    func required(_ expected: String) throws(PostgresError) -> UnsafeRawBufferPointer {
        guard let bytes else { throw mismatch("\(expected), not null") }
        return bytes
    }

    /// Big-endian integer of the whole field, sign-extended.
    func integer(_ expected: String) throws(PostgresError) -> Int64 {
        let bytes = try required(expected)
        switch (type, bytes.count) {
        case (.int8, 8): return bytes.bigEndian(Int64.self, at: 0)
        case (.int4, 4): return Int64(bytes.bigEndian(Int32.self, at: 0))
        case (.int2, 2): return Int64(bytes.bigEndian(Int16.self, at: 0))
        case (.oid, 4), (.xid, 4): return Int64(bytes.bigEndian(UInt32.self, at: 0))
        case (.numeric, 8...):
            guard let value = Numeric(bytes), let whole = value.integer else { throw mismatch(expected) }
            return whole
        default: throw mismatch(expected)
        }
    }

    /// The fields of a one-dimensional array; an empty array has none.
    func elements() throws(PostgresError) -> [PostgresField] {
        let bytes = try required("an array")
        guard bytes.count >= 12 else { throw mismatch("an array") }
        let dimensions = bytes.bigEndian(Int32.self, at: 0)
        let element = PostgresType(rawValue: bytes.bigEndian(UInt32.self, at: 8))
        if dimensions == 0 { return [] }
        guard dimensions == 1, bytes.count >= 20 else { throw mismatch("a one-dimensional array") }
        var fields: [PostgresField] = []
        fields.reserveCapacity(Int(bytes.bigEndian(Int32.self, at: 12)))
        var offset = 20
        while offset + 4 <= bytes.count {
            let length = Int(bytes.bigEndian(Int32.self, at: offset))
            offset += 4
            guard length <= bytes.count - offset else { throw mismatch("an array") }
            let slice = length < 0 ? nil : UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            fields.append(PostgresField(bytes: slice, type: element, column: column, statement: statement))
            offset += max(0, length)
        }
        return fields
    }
}

extension UnsafeRawBufferPointer {
    /// Reads a big-endian integer; the caller has checked the bounds.
    func bigEndian<T: FixedWidthInteger>(_: T.Type, at offset: Int) -> T {
        T(bigEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
    }
}
