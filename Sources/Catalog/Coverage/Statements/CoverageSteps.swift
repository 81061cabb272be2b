import Domain
import Postgres

/// What was added to the counts of the catalogue up to a revision.
struct CoverageStep: Sendable {
    /// Of the last change that is part of the step.
    let revision: Revision
    /// Nil: `n` are volumes.
    let label: (organ: OrganKey, position: Int, status: LabelStatus)?
    let n: Int
}

/// The changes of the counts of the catalogue up to a revision, in at most `points` steps of as many revisions each.
struct CoverageSteps: Statement {
    static let sql = """
        with step as (
            select c.id, (((c.revision - 1) * $2 / $1 + 1) * $1 - 1) / $2 + 1 as revision
            from lacuna.change c where c.revision between 1 and $1
        ), scope as materialized (
            select id from lacuna.coverage_scope where kind = 'catalogue'
        )
        select s.revision, null, null, null, sum(d.volumes)::bigint
        from lacuna.volume_delta d join scope on scope.id = d.scope_id join step s on s.id = d.change_id group by s.revision
        union all
        select d.revision, o.key, o.position, d.status, d.n
        from (
            select s.revision, d.organ_id, d.status, sum(d.n)::bigint as n
            from lacuna.coverage_delta d join scope on scope.id = d.scope_id join step s on s.id = d.change_id
            where d.status <> 'unlabelled' group by s.revision, d.organ_id, d.status
        ) d join lacuna.organ o on o.id = d.organ_id
        """
    let last: Revision
    let points: Int
    var binds: [any PostgresBindable] { [last, points] }
    func decode(_ row: PostgresRow) throws -> CoverageStep {
        let organ: OrganKey? = try row.decode(1)
        return CoverageStep(
            revision: try row.decode(0), label: try organ.map { ($0, try row.decode(2), try row.decode(3)) },
            n: try row.decode(4))
    }
}
