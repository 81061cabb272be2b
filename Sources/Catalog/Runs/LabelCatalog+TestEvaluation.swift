public import Domain
import Postgres

/// The test part of a finished run, opened by this login for the evaluation of a round.
public struct OpenedTestPart: Sendable, Hashable {
    public let opening: TestOpeningID
    /// The number of the round that is evaluated.
    public let round: Int
}

/// What a round predicts for one organ of one volume of the test part.
public struct TestRecord: Sendable, Hashable {
    public var volume: VolumeID
    public var organ: OrganKey
    /// On the image's own grid, 0 to 1; nil where both masks are empty.
    public var dice: Double?
    /// The share of both surfaces within two millimetres of the other, 0 to 1; nil where a mask is empty.
    public var surfaceDice: Double?
    /// What is known of the predicted mask without the truth; nil where it is empty.
    public var quality: MaskQuality?
    public var predictedMillilitres: Double
    public var referenceMillilitres: Double

    public init(
        volume: VolumeID, organ: OrganKey, dice: Double?, surfaceDice: Double? = nil, quality: MaskQuality? = nil,
        predictedMillilitres: Double, referenceMillilitres: Double
    ) {
        (self.volume, self.organ, self.dice) = (volume, organ, dice)
        (self.surfaceDice, self.quality) = (surfaceDice, quality)
        (self.predictedMillilitres, self.referenceMillilitres) = (predictedMillilitres, referenceMillilitres)
    }
}

/// A recorded result with the subject of its volume.
public struct TestResult: Sendable, Hashable {
    public let subject: SubjectID
    public let record: TestRecord

    public init(subject: SubjectID, record: TestRecord) { (self.subject, self.record) = (subject, record) }
}

/// One time that the test part of a finished run was opened.
public struct TestOpening: Sendable, Hashable {
    /// The number of the round that was to be evaluated.
    public let round: Int
    /// The login of the database, and the account of the operating system.
    public let login: String
    public let account: String?
    /// ISO 8601, in UTC.
    public let time: String
    /// Whether its result was recorded; an evaluation that was interrupted has none.
    public let hasResult: Bool

    public var person: String { account ?? login }
}

/// What an evaluation left out of the test part, because the run, or one that it started from, has read it.
public struct TestExclusions: Sendable, Hashable {
    public let volumes: Int
    public let subjects: Int
    /// The names of the runs that have read them.
    public let readBy: [String]

    public init(volumes: Int, subjects: Int, readBy: [String]) {
        (self.volumes, self.subjects, self.readBy) = (volumes, subjects, readBy)
    }
}

/// The recorded evaluation of a run on the test part of its split.
public struct TestEvaluation: Sendable, Hashable {
    public let run: String
    public let round: Int
    public let split: String
    /// The labels are those as of this revision.
    public let revision: Revision
    /// The login of the database that opened the test part, and the account of the operating system.
    public let login: String
    public let account: String?
    /// ISO 8601, in UTC.
    public let begun, finished: String
    /// The rate at which the intervals of the predicted Dice are made to contain the true one; nil where none was predicted.
    public let intervalRate: Double?
    /// How often the test part was opened, this time included.
    public let openings: Int
    public let leftOut: TestExclusions

    public var person: String { account ?? login }
}

extension LabelCatalog {
    /// Opens the test part of a finished run, and records who did.
    ///
    /// - Parameter round: the number of a closed round; nil: the last.
    /// - Throws: SQLSTATE LA005 for a run that is not finished, LA013 for a cancelled and LA010 for a recalled one, LA018 where its
    ///   evaluation is recorded, LA004 for a round that it does not have, 42501 for a login that may not.
    public func openTestPart(of run: RunID, round: Int?) async throws -> OpenedTestPart {
        try await connection.one(OpenTestPart(run: run, round: round, program: program))
    }

    /// The volumes of the opened test part, by id.
    public func testVolumes(_ part: OpenedTestPart) async throws -> [RunVolume] {
        try await connection.run(TestVolumes(opening: part.opening))
    }

    /// The labels of experts in the opened test part, by volume and organ.
    public func testLabels(_ part: OpenedTestPart) async throws -> [RunLabel] {
        try await connection.run(TestLabels(opening: part.opening))
    }

    /// What `testVolumes` leaves out of the opened test part.
    public func testExclusions(_ part: OpenedTestPart) async throws -> TestExclusions {
        try await connection.one(ExclusionsOfTestPart(opening: part.opening))
    }

    /// Records the evaluation, once: a result for each of `testLabels`.
    ///
    /// - Throws: SQLSTATE LA006 where a result is missing or has no such label, LA018 where an evaluation is recorded already.
    public func recordTestEvaluation(
        _ part: OpenedTestPart, intervalRate: Double?, _ results: [TestRecord]
    ) async throws {
        try await connection.run(
            RecordTestEvaluation(opening: part.opening, intervalRate: intervalRate, results: results))
    }

    /// Each opening of the run's test part, also one without a result, oldest first.
    /// - Throws: `CatalogError.unknownRun`.
    public func testOpenings(of run: String) async throws -> [TestOpening] {
        try await connection.run(TestOpeningsOfRun(run: try await requireRun(run)))
    }

    /// Nil where the run was not evaluated on its test part.
    /// - Throws: `CatalogError.unknownRun`.
    public func testEvaluation(of run: String) async throws -> TestEvaluation? {
        try await connection.first(TestEvaluationOfRun(run: try await requireRun(run)))
    }

    /// The results on the test part by organ and volume; none where the run was not evaluated on it.
    /// - Throws: `CatalogError.unknownRun`.
    public func testResults(of run: String) async throws -> [TestResult] {
        try await connection.run(TestResultsOfRun(run: try await requireRun(run)))
    }
}
