internal import Documents
internal import Domain
internal import FoundationEssentials

/// What a backup contains, as the file `manifest.json` describes it.
struct BackupManifest: Codable, Hashable, Sendable {
    struct Migration: Codable, Hashable, Sendable {
        var number: Int
        var name: String
        var sha256: String
    }

    struct File: Codable, Hashable, Sendable {
        var name: String
        var bytes: Int
        /// 64 hexadecimal digits.
        var sha256: String
    }

    /// Rows at the time of the backup.
    struct Counts: Codable, Hashable, Sendable {
        var datasets: Int
        var subjects: Int
        var volumes: Int
        var masks: Int
        var annotations: Int
        var pseudoLabels: Int
        var activities: Int
    }

    /// Version of this format.
    static let currentFormat = 1

    var format: Int
    /// Name and version of the program that made the backup.
    var program: String
    /// ISO 8601, UTC: when the database was read.
    var createdAt: String
    /// The catalogue's UUID.
    var catalogue: String
    var revision: Int64
    var migrations: [Migration]
    /// Major version of the server, such as 15.
    var serverMajor: Int
    var counts: Counts
    var dump: File
    /// The list of objects.
    var objectList: File
    var objects: Int
    /// Bytes of all objects.
    var objectBytes: Int
    /// Objects that were missing or damaged when the backup was made, and are not in it.
    var unavailableObjects: [String]
    /// Image files that rows name. They are not in the backup.
    var images: Int

    var schema: Int { migrations.count }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// - Throws: `DocumentProblem`.
    static func parse(_ bytes: [UInt8]) throws(DocumentProblem) -> BackupManifest {
        try JSONDocument(bytes).decode(BackupManifest.self)
    }
}
