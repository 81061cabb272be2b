internal import FoundationEssentials

/// A JSON text, checked strictly, whose values are decoded with the line of each mistake.
public struct JSONDocument: Sendable {
    private let bytes: [UInt8]
    private let root: JSONNode

    /// - Parameter bytes: UTF-8, with or without a byte order mark.
    /// - Throws: `DocumentProblem` for text that is no JSON (comments, single quotes, a comma at an end), for a key that occurs twice
    ///   in an object, and for text that is not UTF-8.
    public init(_ bytes: [UInt8]) throws(DocumentProblem) {
        if bytes.contains(0) || bytes.starts(with: [0xFF, 0xFE]) { try TextEncoding.requireUTF8("\0") }
        if !Self.isUTF8(bytes) { try TextEncoding.requireUTF8(String(decoding: bytes, as: UTF8.self)) }
        var scanner = JSONScanner(bytes)
        root = try scanner.document()
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }

    /// The value of the whole text.
    /// - Throws: `DocumentProblem` with the line and the path of the key (`labels.liver`) that is missing or of another type.
    public func decode<Value: Decodable>(_ type: Value.Type) throws(DocumentProblem) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw problem(error)
        } catch {
            throw DocumentProblem(line: 1, "the text cannot be decoded", remedy: "correct the file")
        }
    }

    /// The line of the value at a path of keys, or of the last value on the way to it. Counted from 1.
    public func line(of keys: [String]) -> Int {
        var node = root
        for key in keys {
            guard let next = node[key] else { break }
            node = next
        }
        return node.line
    }

    private func problem(_ error: DecodingError) -> DocumentProblem {
        switch error {
        case .keyNotFound(let key, let context):
            let path = Self.path(context.codingPath + [key])
            return DocumentProblem(
                line: line(of: context.codingPath), "the key \(path) is missing", remedy: "add it to the file")
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return mismatch(context.codingPath)
        @unknown default: return mismatch([])
        }
    }

    private func mismatch(_ keys: [any CodingKey]) -> DocumentProblem {
        let name = keys.isEmpty ? "the text" : "the key \(Self.path(keys))"
        return DocumentProblem(
            line: line(of: keys), "\(name) does not have the expected type", remedy: "correct its value")
    }

    /// The line of the value at a path, or of the last value on the way to it.
    private func line(of keys: [any CodingKey]) -> Int {
        var node = root
        for key in keys {
            guard let next = key.intValue.flatMap({ node[$0] }) ?? node[key.stringValue] else { return node.line }
            node = next
        }
        return node.line
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce("") { path, key in
            if let index = key.intValue { return path + "[\(index)]" }
            return path.isEmpty ? key.stringValue : path + "." + key.stringValue
        }
    }

    private static func isUTF8(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }
}
