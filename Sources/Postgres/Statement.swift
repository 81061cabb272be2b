/// One SQL statement: its text, its parameters and the type of its rows.
///
/// The text is fixed for the type, and values are sent only as parameters, so that no statement can be composed from data.
///
///     struct VolumeCount: Statement {
///         static let sql = "select count(*) from lacuna.volume where modality = $1"
///         let modality: String
///         var binds: [any PostgresBindable] { [modality] }
///         func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
///     }
public protocol Statement: Sendable {
    associatedtype Row: Sendable = Void
    static var sql: String { get }
    /// The values of `$1`, `$2`, … in order.
    var binds: [any PostgresBindable] { get }
    func decode(_ row: PostgresRow) throws -> Row
}

extension Statement {
    public var binds: [any PostgresBindable] { [] }
}

extension Statement where Row == Void {
    /// A statement without a result.
    public func decode(_ row: PostgresRow) throws {}
}
