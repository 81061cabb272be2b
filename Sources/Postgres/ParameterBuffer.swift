/// The parameters of one statement in one block of memory, as required by `PQexecPrepared`.
struct ParameterBuffer {
    private var writer = ByteWriter()
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    init(_ values: [PostgresValue], statement: String) throws(PostgresError) {
        for (index, value) in values.enumerated() {
            try append(value, statement: statement, parameter: index + 1)
        }
    }

    private mutating func append(_ value: PostgresValue, statement: String, parameter: Int) throws(PostgresError) {
        let start = writer.bytes.count
        if case .null = value {
            offsets.append(nil)
            lengths.append(0)
            formats.append(0)
            return
        }
        let isText = value.type == .inferred || value.type == .jsonb
        do {
            try writer.append(value, as: isText ? .text : value.type, element: value.elementType)
        } catch {
            throw .encoding(statement: statement, parameter: parameter, problem: error.problem)
        }
        offsets.append(start)
        lengths.append(Int32(writer.bytes.count - start))
        formats.append(isText ? 0 : 1)
        if isText { writer.bytes.append(0) }
    }

    /// Passes pointers that are valid during `body`.
    func withPointers<T>(_ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> T) -> T {
        // One byte more, so that a value of no bytes has an address too: a null pointer would mean null.
        (writer.bytes + [0]).withUnsafeBytes { raw in
            let base = raw.bindMemory(to: CChar.self).baseAddress!
            return body(offsets.map { offset in offset.map { base + $0 } }, lengths, formats)
        }
    }
}
