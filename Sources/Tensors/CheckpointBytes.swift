/// Writes the values of a checkpoint, little-endian.
struct CheckpointWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func append(raw: [UInt8]) { bytes += raw }

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ text: String) {
        append(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(floats: [Float]) {
        #if _endian(little)
            floats.withUnsafeBytes { bytes.append(contentsOf: $0) }
        #else
            floats.forEach { append($0.bitPattern) }
        #endif
    }
}

/// Reads the values of a checkpoint, little-endian, each read checked against the end.
struct CheckpointReader {
    /// A tensor without its values.
    struct Head {
        let path: String
        let shape: [Int]
        let count: Int
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func raw(_ count: Int) throws(TensorError) -> [UInt8] {
        guard count >= 0, count <= bytes.count - position else {
            throw .damagedCheckpoint(problem: "it ends early")
        }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    mutating func integer<T: FixedWidthInteger>(_: T.Type) throws(TensorError) -> T {
        try raw(MemoryLayout<T>.size).reversed().reduce(0) { $0 << 8 | T($1) }
    }

    mutating func text() throws(TensorError) -> String {
        let count = try integer(UInt32.self)
        guard let text = String(validating: try raw(Int(count)), as: UTF8.self) else {
            throw .damagedCheckpoint(problem: "a text in it is not UTF-8")
        }
        return text
    }

    mutating func floats(_ count: Int) throws(TensorError) -> [Float] {
        guard count <= (bytes.count - position) / 4 else { throw .damagedCheckpoint(problem: "it ends early") }
        defer { position += 4 * count }
        return bytes.withUnsafeBytes { all in
            (0..<count).map {
                Float(
                    bitPattern: UInt32(
                        littleEndian: all.loadUnaligned(fromByteOffset: position + 4 * $0, as: UInt32.self)))
            }
        }
    }

    /// All heads: their number, then path, rank and sizes of each.
    mutating func heads() throws(TensorError) -> [Head] {
        var heads: [Head] = []
        for _ in 0..<(try integer(UInt32.self)) {
            let path = try text()
            var shape: [Int] = []
            var count = 1
            for _ in 0..<(try integer(UInt32.self)) {
                guard let size = Int(exactly: try integer(UInt64.self)) else {
                    throw .damagedCheckpoint(problem: "an impossible size")
                }
                let (product, overflow) = count.multipliedReportingOverflow(by: size)
                guard !overflow else { throw .damagedCheckpoint(problem: "an impossible size") }
                shape.append(size)
                count = product
            }
            heads.append(Head(path: path, shape: shape, count: count))
        }
        return heads
    }
}
