import Domain
import Postgres

struct OpenTestPart: Statement {
    static let sql = "select opening, round_number from lacuna.open_test_part($1, $2::integer, $3)"
    let run: RunID
    let round: Int?
    let program: String
    var binds: [any PostgresBindable] { [run, round, program] }
    func decode(_ row: PostgresRow) throws -> OpenedTestPart {
        OpenedTestPart(opening: try row.decode(0), round: try row.decode(1))
    }
}

struct TestVolumes: Statement {
    static let sql = """
        select volume_id, subject_id, part, shape, modality, root, file, file_sha256, affine from lacuna.test_volumes($1)
        """
    let opening: TestOpeningID
    var binds: [any PostgresBindable] { [opening] }
    func decode(_ row: PostgresRow) throws -> RunVolume { try RunVolume(row) }
}

struct TestLabels: Statement {
    static let sql = """
        select volume_id, part, organ, extent, mask_id, content_sha256, object_digest, object_offset, object_length
        from lacuna.test_labels($1)
        """
    let opening: TestOpeningID
    var binds: [any PostgresBindable] { [opening] }
    func decode(_ row: PostgresRow) throws -> RunLabel { try RunLabel(row) }
}

/// What the evaluation of an opened test part leaves out.
struct ExclusionsOfTestPart: Statement {
    static let sql = """
        select count(*), count(distinct t.subject_id), coalesce(array_agg(distinct run.name order by run.name), '{}')
        from lacuna.test_exclusions($1) t join lacuna.run on run.id = t.read_by
        """
    let opening: TestOpeningID
    var binds: [any PostgresBindable] { [opening] }
    func decode(_ row: PostgresRow) throws -> TestExclusions {
        TestExclusions(volumes: try row.decode(0), subjects: try row.decode(1), readBy: try row.decode(2))
    }
}

struct RecordTestEvaluation: Statement {
    static let sql = """
        select lacuna.record_test_evaluation($1, $2::float8::real, $3::bigint[], $4::text[], $5::float8[]::real[],
            $6::float8[]::real[], $7::float8[]::real[], $8::float8[]::real[], $9::float8[]::real[], $10::float8[]::real[],
            $11::float8[]::real[], $12::float8[]::real[])
        """
    let opening: TestOpeningID
    let intervalRate: Double?
    let results: [TestRecord]
    var binds: [any PostgresBindable] {
        let predicted = results.map(\.quality?.predicted)
        return [
            opening, intervalRate, results.map(\.volume), results.map(\.organ), results.map(\.dice),
            results.map(\.surfaceDice), results.map(\.quality?.softDice), predicted.map { $0?.dice },
            predicted.map { $0?.lower }, predicted.map { $0?.upper }, results.map(\.predictedMillilitres),
            results.map(\.referenceMillilitres),
        ]
    }
}

/// The evaluation of a run on its test part; no row where none is recorded.
struct TestEvaluationOfRun: Statement {
    static let sql = """
        select run.name, r.number, s.name, run.revision, a.agent, a.account,
            to_char(a.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            to_char(e.finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            e.interval_rate::float8, (select count(*) from lacuna.test_opening p where p.run_id = run.id),
            (select count(*) from lacuna.test_exclusion x where x.run_id = run.id),
            (select count(distinct v.subject_id) from lacuna.test_exclusion x join lacuna.volume v on v.id = x.volume_id
             where x.run_id = run.id),
            array(select distinct b.name from lacuna.test_exclusion x join lacuna.run b on b.id = x.read_by where x.run_id = run.id
                  order by 1)
        from lacuna.test_evaluation e join lacuna.test_opening o on o.id = e.opening_id
        join lacuna.run on run.id = e.run_id join lacuna.round r on r.id = o.round_id
        join lacuna.split s on s.id = run.split_id join lacuna.activity a on a.id = o.activity_id
        where e.run_id = $1
        """
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> TestEvaluation {
        TestEvaluation(
            run: try row.decode(0), round: try row.decode(1), split: try row.decode(2), revision: try row.decode(3),
            login: try row.decode(4), account: try row.decode(5), begun: try row.decode(6),
            finished: try row.decode(7), intervalRate: try row.decode(8), openings: try row.decode(9),
            leftOut: TestExclusions(
                volumes: try row.decode(10), subjects: try row.decode(11), readBy: try row.decode(12)))
    }
}

/// Oldest first.
struct TestOpeningsOfRun: Statement {
    static let sql = """
        select r.number, a.agent, a.account, to_char(a.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            e.opening_id is not null
        from lacuna.test_opening o join lacuna.round r on r.id = o.round_id join lacuna.activity a on a.id = o.activity_id
        left join lacuna.test_evaluation e on e.opening_id = o.id
        where o.run_id = $1 order by o.id
        """
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> TestOpening {
        TestOpening(
            round: try row.decode(0), login: try row.decode(1), account: try row.decode(2), time: try row.decode(3),
            hasResult: try row.decode(4))
    }
}

/// By organ and volume.
struct TestResultsOfRun: Statement {
    static let sql = """
        select v.subject_id, t.volume_id, o.key, t.dice::float8, t.surface_dice::float8, t.predicted_ml::float8, t.reference_ml::float8,
            t.soft_dice::float8, t.predicted_dice::float8, t.dice_lower::float8, t.dice_upper::float8
        from lacuna.test_result t join lacuna.organ o on o.id = t.organ_id join lacuna.volume v on v.id = t.volume_id
        where t.run_id = $1 order by o.position, t.volume_id
        """
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> TestResult {
        TestResult(
            subject: try row.decode(0),
            record: TestRecord(
                volume: try row.decode(1), organ: try row.decode(2), dice: try row.decode(3),
                surfaceDice: try row.decode(4), quality: try MaskQuality.ifPresent(in: row, from: 7),
                predictedMillilitres: try row.decode(5), referenceMillilitres: try row.decode(6)))
    }
}
