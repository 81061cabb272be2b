import Domain
import Postgres

struct CatalogueUUID: Statement {
    static let sql = "select id from lacuna.catalogue"
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

struct CurrentRevision: Statement {
    static let sql = "select lacuna.current_revision()"
    func decode(_ row: PostgresRow) throws -> Revision { try row.decode(0) }
}

struct InsertActivity: Statement {
    static let sql = "insert into lacuna.activity (kind, program, parameters) values ($1, $2, $3) returning id"
    let kind: ActivityKind
    let program: String
    let parameters: JSONText
    var binds: [any PostgresBindable] { [kind.rawValue, program, parameters] }
    func decode(_ row: PostgresRow) throws -> ActivityID { try row.decode(0) }
}

struct InsertChange: Statement {
    static let sql = "insert into lacuna.change (activity_id) values ($1) returning id"
    let activity: ActivityID
    var binds: [any PostgresBindable] { [activity] }
    func decode(_ row: PostgresRow) throws -> ChangeID { try row.decode(0) }
}
