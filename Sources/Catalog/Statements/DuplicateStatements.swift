import Domain
import Postgres

/// A pair that is alike in both ways is of the stronger kind.
struct ProposedDuplicates: Statement {
    static let sql = """
        with pair as (
            select a.id as first, b.id as second, 1 as rank from lacuna.volume a
            join lacuna.volume b on b.orientation_blind = a.orientation_blind and b.id > a.id
            union all
            select a.id, b.id, 2 from lacuna.volume a join lacuna.volume b on b.clipped = a.clipped and b.id > a.id)
        select first, second, s.name, t.name, case min(rank) when 1 then 'orientation' else 'clipped' end
        from pair
        join lacuna.volume a on a.id = first join lacuna.subject s on s.id = a.subject_id
        join lacuna.volume b on b.id = second join lacuna.subject t on t.id = b.subject_id
        group by first, second, s.name, t.name order by first, second
        """
    func decode(_ row: PostgresRow) throws -> DuplicateRow {
        guard let kind = DuplicateKind(rawValue: try row.decode(4)) else {
            throw try row.field(4).mismatch("a kind of duplicate")
        }
        return DuplicateRow(
            first: try row.decode(0), second: try row.decode(1), firstSubject: try row.decode(2),
            secondSubject: try row.decode(3), kind: kind)
    }
}
