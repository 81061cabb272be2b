import Domain
public import Postgres

struct ReadPruningPlan: Statement {
    static let sql = """
        select checkpoint_id, run, round, kind, step, digest, bytes, prunes, reason, shared
        from lacuna.pruning_plan($1, $2::integer, $3)
        """
    let run: RunID?
    let scope: PruningScope
    var binds: [any PostgresBindable] { [run, scope.kept, scope.keepsAbandoned] }
    func decode(_ row: PostgresRow) throws -> CheckpointPlan { try CheckpointPlan(row) }
}

struct PruneCheckpoints: Statement {
    static let sql = """
        select checkpoint_id, run, round, kind, step, digest, bytes, prunes, reason, shared
        from lacuna.prune_checkpoints($1, $2::integer, $3, $4)
        """
    let run: RunID?
    let scope: PruningScope
    let program: String
    var binds: [any PostgresBindable] { [run, scope.kept, scope.keepsAbandoned, program] }
    func decode(_ row: PostgresRow) throws -> CheckpointPlan { try CheckpointPlan(row) }
}

struct UnusedObjects: Statement {
    static let sql = """
        select d from unnest($1::bytea[]) d
        where not exists (select from lacuna.object o where o.digest = d and o.purged_at is null)
        """
    let objects: [Digest]
    var binds: [any PostgresBindable] { [objects] }
    func decode(_ row: PostgresRow) throws -> Digest { try row.decode(0) }
}

extension CheckpointPlan {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode(0), run: try row.decode(1), round: try row.decode(2), kind: try row.decode(3),
            step: try row.decode(4), object: try row.decode(5), bytes: try row.decode(6), isPruned: try row.decode(7),
            reason: try row.decode(8), sharesBytes: try row.decode(9))
    }
}

extension CheckpointPlan.Reason: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> Self {
        guard let value = Self(rawValue: try String.decode(field)) else {
            throw field.mismatch("a reason to prune or keep")
        }
        return value
    }
}
