import Domain
import Postgres

struct SeriesSalt: Statement {
    static let sql = "select salt from lacuna.series_salt"
    func decode(_ row: PostgresRow) throws -> [UInt8] { try row.decode(0) }
}

/// The source's subject, and another that its study or patient has already.
struct RecordSeries: Statement {
    static let sql = "select own, other from lacuna.record_series($1, $2, $3, $4)"
    struct Subjects: Sendable {
        let own: SubjectID
        let other: SubjectID?
    }
    let source: SourceID
    let series: SeriesRecord
    var binds: [any PostgresBindable] { [source, series.patient, series.study, series.series] }
    func decode(_ row: PostgresRow) throws -> Subjects { Subjects(own: try row.decode(0), other: try row.decode(1)) }
}
