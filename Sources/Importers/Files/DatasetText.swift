internal import Documents
internal import System

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
        let text = try text(path, named: file)
        return try named(file) { () throws(DocumentProblem) in try CSVTable(text, separator: separator) }
    }

    /// The text of a file, without a byte order mark.
    /// - Throws: as `json`.
    static func text(_ path: String, named file: String) throws(ImportError) -> String {
        let bytes = try bytes(path, named: file)
        return try named(file) { () throws(DocumentProblem) in try PlainText(bytes).text }
    }

    /// Descriptions and tables are read whole.
    private static let limitInBytes = 256 << 20

    private static func bytes(_ path: String, named file: String) throws(ImportError) -> [UInt8] {
        do throws(SystemError) {
            let open = try OpenFile(reading: path)
            if try open.size() <= limitInBytes { return try open.contents() }
        } catch  where error.isNotRegular {
            throw .unusable(
                file: file, problem: "not a regular file, but a folder, a pipe or a device",
                remedy: "name a file; write the output of a program to a file first")
        } catch {
            throw .unusable(
                file: file, problem: "the file cannot be read: \(error.reason)",
                remedy: "check the path and its permissions")
        }
        throw .unusable(
            file: file, problem: "the file is longer than 256 MiB, which no description or table is",
            remedy: "name the right file")
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
