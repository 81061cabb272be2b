public import Domain
public import Postgres

/// The database in Domain's words. Each call is one round trip or one short transaction on the connection given.
public struct LabelCatalog: Sendable {
    public let connection: Connection
    /// Name and version of the program that records, as activities keep it: `lacuna 0.1.0`.
    public let program: String

    public init(_ connection: Connection, program: String) {
        self.connection = connection
        self.program = program
    }

    /// Identity of the catalogue, which its object store carries too.
    public func uuid() async throws -> String { try await connection.one(CatalogueUUID()) }

    public func currentRevision() async throws -> Revision { try await connection.one(CurrentRevision()) }

    /// Records who does what; everything that it makes names it.
    ///
    /// - Parameter parameters: a JSON object; no patient data.
    public func startActivity(_ kind: ActivityKind, parameters: JSONText = JSONText("{}")) async throws -> ActivityID {
        try await connection.one(InsertActivity(kind: kind, program: program, parameters: parameters))
    }
}

/// What an activity did (W3C PROV).
public enum ActivityKind: String, Sendable, CaseIterable {
    case `import`, ontology, training, relabelling, evaluation, review, correction, rollback, adoption, split, removal,
        export, partition
}
