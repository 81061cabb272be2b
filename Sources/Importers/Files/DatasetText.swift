internal import Documents
internal import FoundationEssentials

/// Reads the tables and JSON texts of a dataset.
enum DatasetText {
    /// - Parameter file: named in errors.
    /// - Throws: `unreadableDescription` where the file cannot be read, `document`.
    static func json(_ path: String, named file: String) throws(ImportError) -> JSONDocument {
        let bytes = try bytes(path, named: file)
        return try named(file) { () throws(DocumentProblem) in try JSONDocument(bytes) }
    }

    /// - Throws: as `json`.
    static func decode<Value: Decodable>(
        _ type: Value.Type, _ path: String, named file: String
    ) throws(ImportError) -> Value {
        try decode(type, try json(path, named: file), named: file)
    }

    /// - Throws: `document`.
    static func decode<Value: Decodable>(
        _ type: Value.Type, _ document: JSONDocument, named file: String
    ) throws(ImportError) -> Value {
        try named(file) { () throws(DocumentProblem) in try document.decode(type) }
    }

    /// - Throws: as `json`.
    static func table(
        _ path: String, named file: String, separator: CSVTable.Separator = .comma
    ) throws(ImportError) -> CSVTable {
        let text = String(decoding: try bytes(path, named: file), as: UTF8.self)
        return try named(file) { () throws(DocumentProblem) in try CSVTable(text, separator: separator) }
    }

    private static func bytes(_ path: String, named file: String) throws(ImportError) -> [UInt8] {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw .unreadableDescription(file: file, reason: "the file cannot be read")
        }
        return [UInt8](bytes)
    }

    private static func named<Value>(
        _ file: String, _ body: () throws(DocumentProblem) -> Value
    ) throws(ImportError) -> Value {
        do throws(DocumentProblem) {
            return try body()
        } catch {
            throw .document(file: file, error)
        }
    }
}
