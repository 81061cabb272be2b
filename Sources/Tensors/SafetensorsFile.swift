internal import FoundationEssentials

/// A safetensors file of float32 tensors: the length of a header (u64, little-endian), the header as JSON padded with spaces to
/// a multiple of 8 bytes, and the values of all tensors, little-endian and without gaps.
struct SafetensorsFile {
    let metadata: [String: String]
    /// In the order of their values in the file.
    let tensors: [StoredTensor]

    /// The key of the metadata among the tensors of a header.
    fileprivate static let metadataKey = "__metadata__"
    private static let type = "F32"
    private static let alignment = 8

    init(metadata: [String: String], tensors: [StoredTensor]) { (self.metadata, self.tensors) = (metadata, tensors) }

    // MARK: - Writing

    func bytes() -> [UInt8] {
        let header = Array(self.header().utf8)
        let padding = (Self.alignment - header.count % Self.alignment) % Self.alignment
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + padding + tensors.reduce(0) { $0 + 4 * $1.values.count })
        withUnsafeBytes(of: UInt64(header.count + padding).littleEndian) { bytes.append(contentsOf: $0) }
        bytes += header
        bytes += Array(repeating: UInt8(ascii: " "), count: padding)
        for tensor in tensors { Self.append(tensor.values, to: &bytes) }
        return bytes
    }

    private func header() -> String {
        let texts = metadata.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
        var members = ["\"\(Self.metadataKey)\":{\(texts.joined(separator: ","))}"]
        var offset = 0
        for tensor in tensors {
            let end = offset + 4 * tensor.values.count
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(Self.quoted(tensor.path)):{\"dtype\":\"\(Self.type)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
            )
            offset = end
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    private static func append(_ values: [Float], to bytes: inout [UInt8]) {
        #if _endian(little)
            values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        #else
            for value in values {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
        #endif
    }

    /// A string literal of JSON (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": literal += "\\\(scalar)"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }

    // MARK: - Reading

    /// - Throws: `TensorError.damagedCheckpoint` where the bytes are no safetensors file, where they are too few or too many, and for
    ///   values that are not float32.
    init(bytes: [UInt8]) throws(TensorError) {
        guard bytes.count >= 8 else { throw .damagedCheckpoint(problem: "it ends early") }
        let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(bytes.count - 8) else { throw .damagedCheckpoint(problem: "it ends early") }
        let start = 8 + Int(length)
        let header = try Self.decoded(bytes[8..<start])
        var (tensors, end): ([StoredTensor], Int) = ([], 0)
        for (path, head) in header.tensors.sorted(by: { $0.value.precedes($1.value) }) {
            tensors.append(try Self.tensor(path, head, from: end, in: bytes, at: start))
            end = head.data_offsets[1]
        }
        guard end == bytes.count - start else {
            throw .damagedCheckpoint(problem: "it has other bytes than its tensors")
        }
        self.init(metadata: header.metadata, tensors: tensors)
    }

    private static func decoded(_ header: ArraySlice<UInt8>) throws(TensorError) -> SafetensorsHeader {
        do {
            return try JSONDecoder().decode(SafetensorsHeader.self, from: Data(header))
        } catch {
            throw .damagedCheckpoint(problem: "its header is not that of a safetensors file")
        }
    }

    /// A tensor whose values begin where those of the one before end.
    private static func tensor(
        _ path: String, _ head: SafetensorsHeader.Tensor, from begin: Int, in bytes: [UInt8], at start: Int
    ) throws(TensorError) -> StoredTensor {
        guard head.dtype == type else {
            throw .damagedCheckpoint(problem: "tensor \(path) has values of type \(head.dtype) instead of \(type)")
        }
        guard let count = head.count, head.data_offsets.count == 2, head.data_offsets[0] == begin,
            count <= (bytes.count - start - begin) / 4, head.data_offsets[1] == begin + 4 * count
        else {
            throw .damagedCheckpoint(problem: "the offsets of tensor \(path) do not fit its shape or the file")
        }
        let values = bytes.withUnsafeBytes { all in
            (0..<count).map {
                Float(
                    bitPattern: UInt32(
                        littleEndian: all.loadUnaligned(fromByteOffset: start + begin + 4 * $0, as: UInt32.self)))
            }
        }
        return StoredTensor(path: path, shape: head.shape, values: values)
    }
}

/// The header of a safetensors file.
private struct SafetensorsHeader: Decodable {
    struct Tensor: Decodable {
        let dtype: String
        let shape: [Int]
        // The format's own name.
        // swift-format-ignore: AlwaysUseLowerCamelCase
        let data_offsets: [Int]

        /// The number of values; nil for an impossible shape.
        var count: Int? {
            var count = 1
            for size in shape {
                let (product, overflow) = count.multipliedReportingOverflow(by: size)
                guard size >= 0, !overflow else { return nil }
                count = product
            }
            return count
        }

        func precedes(_ other: Tensor) -> Bool { data_offsets.lexicographicallyPrecedes(other.data_offsets) }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    var metadata: [String: String] = [:]
    var tensors: [String: Tensor] = [:]

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        for key in members.allKeys {
            if key.stringValue == SafetensorsFile.metadataKey {
                metadata = try members.decode([String: String].self, forKey: key)
            } else {
                tensors[key.stringValue] = try members.decode(Tensor.self, forKey: key)
            }
        }
    }
}
