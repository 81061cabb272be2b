public import Domain
public import Postgres

/// The catalogue of a manager's session. Each call is one round trip or one short transaction on the connection.
public struct LabelCatalog: Sendable {
    public let connection: Connection
    /// Name and version of the program, as recorded with activities: `lacuna 0.1.0`.
    public let program: String

    public init(_ connection: Connection, program: String) {
        self.connection = connection
        self.program = program
    }

    /// Identity of the catalogue; the object store has the same.
    public func uuid() async throws -> String { try await connection.one(CatalogueUUID()) }

    public func currentRevision() async throws -> Revision { try await connection.one(CurrentRevision()) }

    /// Records an activity: who did what, with which program and inputs. Everything that it creates refers to it.
    ///
    /// - Parameter parameters: a JSON object; no patient data. `reason` (a text) and `accepted` (a list of texts) in it are recorded
    ///   in columns; those of an export need `format` and `output`.
    /// - Throws: SQLSTATE 23502 for an export without `format` or `output`, 23514 for parameters that are not an object.
    public func startActivity(_ kind: ActivityKind, parameters: JSONText = JSONText("{}")) async throws -> ActivityID {
        try await connection.one(InsertActivity(kind: kind, program: program, parameters: parameters))
    }
}

/// The kind of an activity (W3C PROV).
public enum ActivityKind: String, Sendable, CaseIterable {
    case `import`, ontology, training, relabelling, evaluation, review, correction, rollback, adoption, split, removal,
        export, partition, schedule, override
}
