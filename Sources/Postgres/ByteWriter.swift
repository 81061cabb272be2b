/// The reason why a value cannot be written for a column, without the value.
struct EncodingProblem: Error {
    var problem: String
}

/// Builds PostgreSQL's binary forms.
struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Writes the length in four bytes and then the value; null is a length of -1.
    mutating func appendField(_ value: PostgresValue, as type: PostgresType, element: PostgresType)
        throws(EncodingProblem)
    {
        if case .null = value { return append(Int32(-1)) }
        let start = bytes.count
        append(Int32(0))
        try append(value, as: type, element: element)
        let length = UInt32(bytes.count - start - 4)
        for byte in 0..<4 { bytes[start + byte] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * byte)) }
    }

    /// Writes a value that is not null in the binary form of `type`; `element` is the element type where that is an array.
    mutating func append(_ value: PostgresValue, as type: PostgresType, element: PostgresType) throws(EncodingProblem) {
        switch value {
        case .null: throw EncodingProblem(problem: "is null where a value is needed")
        case .bool(let flag):
            guard type == .bool else { throw misfit("boolean") }
            bytes.append(flag ? 1 : 0)
        case .int16(let number): try append(integer: Int64(number), as: type)
        case .int32(let number): try append(integer: Int64(number), as: type)
        case .int64(let number): try append(integer: number, as: type)
        case .float(let number): try append(number: Double(number), as: type)
        case .double(let number): try append(number: number, as: type)
        case .text(let text): try append(text: text, as: type)
        case .json(let text):
            if type == .jsonb { bytes.append(1) }
            try append(text: text, as: .text)
        case .bytes(let block):
            guard type == .bytea else { throw misfit("bytes") }
            bytes += block
        case .array(_, let values): try append(array: values, element: element)
        }
    }

    private mutating func append(integer value: Int64, as type: PostgresType) throws(EncodingProblem) {
        switch type {
        case .int8: append(value)
        case .int4:
            guard let narrow = Int32(exactly: value) else { throw EncodingProblem(problem: "does not fit 32 bits") }
            append(narrow)
        case .int2:
            guard let narrow = Int16(exactly: value) else { throw EncodingProblem(problem: "does not fit 16 bits") }
            append(narrow)
        case .float4, .float8: try append(number: Double(value), as: type)
        default: throw misfit("an integer")
        }
    }

    private mutating func append(number value: Double, as type: PostgresType) throws(EncodingProblem) {
        switch type {
        case .float8: append(value.bitPattern)
        case .float4: append(Float(value).bitPattern)
        case .timestamptz, .timestamp:
            let micros = (value - Double(Timestamp.epochInSeconds)) * 1e6
            guard let whole = Int64(exactly: micros.rounded()) else { throw misfit("seconds since 1970") }
            append(whole)
        default: throw misfit("a number")
        }
    }

    private mutating func append(text: String, as type: PostgresType) throws(EncodingProblem) {
        if type == .uuid {
            guard let parsed = UUIDText.parse(text) else { throw EncodingProblem(problem: "is not a uuid") }
            bytes += parsed
            return
        }
        if type == .jsonb { bytes.append(1) }
        guard type.isText || type == .jsonb else { throw misfit("text") }
        if text.utf8.contains(0) { throw EncodingProblem(problem: "contains a zero byte") }
        bytes += text.utf8
    }

    private mutating func append(array values: [PostgresValue], element: PostgresType) throws(EncodingProblem) {
        guard element != .inferred else { throw misfit("an array") }
        append(Int32(values.isEmpty ? 0 : 1))
        append(Int32(values.contains { if case .null = $0 { true } else { false } } ? 1 : 0))
        append(element.rawValue)
        if values.isEmpty { return }
        append(Int32(values.count))
        append(Int32(1))
        for value in values { try appendField(value, as: element, element: .inferred) }
    }

    private func misfit(_ what: String) -> EncodingProblem {
        EncodingProblem(problem: "is \(what), which the type of the column does not accept")
    }
}

extension PostgresValue {
    /// The element type of an array, else `.inferred`.
    var elementType: PostgresType {
        if case .array(let element, _) = self { element } else { .inferred }
    }
}
