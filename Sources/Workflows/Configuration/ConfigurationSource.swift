internal import Catalog
internal import Postgres

/// The file of a configuration, with the lines of its keys.
package struct ConfigurationSource: Hashable, Sendable {
    package let file: String
    /// The line of each section and of each key by its full name, from 1.
    let lines: [String: Int]

    /// Whether the file has the key, by its full name.
    func contains(_ key: String) -> Bool { lines[key] != nil }

    /// The line of a key, or of the key or section that contains it.
    func line(of key: String) -> Int? {
        lines[key] ?? key.lastIndex(of: ".").flatMap { line(of: String(key[..<$0])) }
    }

    /// The error with file, key and line where it is about the value of a key; others as they are.
    func locating(_ error: any Error) -> any Error {
        switch error {
        case let error as ConfigurationError where error.file == nil: return error.naming(self)
        case let error as MisconfiguredValue where error.file == nil: return misplaced(error.key, error.cause)
        case PostgresError.server(let refusal) where refusal.sqlState.hasPrefix("LA"):
            guard let key = refusal.column.flatMap({ Self.keys[$0] }) else { return error }
            return misplaced(key, error)
        default: return error
        }
    }

    /// The keys of the values that the database refuses, by the columns that it names.
    private static let keys = ["split": "run.split", "start_from": "run.startFrom"]

    private func misplaced(_ key: String, _ cause: any Error) -> MisconfiguredValue {
        MisconfiguredValue(file: file, line: line(of: key), key: key, cause: cause)
    }
}

/// A value of a configuration that the catalogue refuses.
package struct MisconfiguredValue: Error {
    /// Nil for a configuration that is not from a file.
    package let file: String?
    package let line: Int?
    /// The full name, such as `run.split`.
    package let key: String
    package let cause: any Error
}
