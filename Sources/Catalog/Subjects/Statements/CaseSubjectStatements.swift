import Domain
import Postgres

struct ListCaseSubjects: Statement {
    static let sql = """
        select distinct on (s.case_name) s.case_name, s.volume_id, v.subject_id, j.name
        from lacuna.source s join lacuna.volume v on v.id = s.volume_id join lacuna.subject j on j.id = v.subject_id
        where s.release_id = $1 order by s.case_name, s.id desc
        """
    let release: Int32
    var binds: [any PostgresBindable] { [release] }
    func decode(_ row: PostgresRow) throws -> CaseSubject {
        CaseSubject(
            caseName: try row.decode(0), volume: try row.decode(1), subject: try row.decode(2),
            subjectName: try row.decode(3))
    }
}
