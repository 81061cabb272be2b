import Domain
import Postgres

struct FindDataset: Statement {
    static let sql = "select id from lacuna.dataset where name = $1"
    let name: String
    var binds: [any PostgresBindable] { [name] }
    func decode(_ row: PostgresRow) throws -> DatasetID { try row.decode(0) }
}

struct DatasetExists: Statement {
    static let sql = "select exists (select from lacuna.dataset where name = $1)"
    let name: String
    var binds: [any PostgresBindable] { [name] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

struct DatasetIsRemoved: Statement {
    static let sql = """
        select exists (
            select from lacuna.withdrawn_dataset w join lacuna.dataset d on d.id = w.dataset_id where d.name = $1)
        """
    let name: String
    var binds: [any PostgresBindable] { [name] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}
