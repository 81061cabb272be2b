public import Domain
import Postgres

/// The identifiers of a DICOM series as salted hashes.
public struct SeriesRecord: Hashable, Sendable {
    public let patient: Digest?
    public let study: Digest?
    public let series: Digest?

    public init(patient: Digest?, study: Digest?, series: Digest?) {
        (self.patient, self.study, self.series) = (patient, study, series)
    }
}

/// A case with identifiers in its slices.
public struct SeriesHolder: Hashable, Sendable {
    /// `DATASET/CASE`.
    public let name: String
    /// The dataset's name.
    public let dataset: String
    /// The subject of its volume; nil for a case that is not recorded yet.
    public let subject: SubjectID?
    /// A name that is equal for cases of one subject where no identifier had joined subjects.
    public let origin: String
    /// The key by which a table of the dataset names the subject; nil where it is from the layout.
    public let statedKey: String?
    public let patient: Digest?
    public let study: Digest?

    public init(
        name: String, dataset: String, subject: SubjectID?, origin: String, statedKey: String?, patient: Digest?,
        study: Digest?
    ) {
        (self.name, self.dataset, self.subject, self.origin) = (name, dataset, subject, origin)
        (self.statedKey, self.patient, self.study) = (statedKey, patient, study)
    }
}

/// Two subjects that an identifier shows to be one patient.
public struct SeriesJoin: Sendable, Hashable {
    public let first: SubjectID
    public let second: SubjectID
    public let cause: JoinCause
    /// `DATASET/CASE` of a case of the second.
    public let caseName: String

    public init(_ first: SubjectID, _ second: SubjectID, cause: JoinCause, caseName: String) {
        (self.first, self.second, self.cause, self.caseName) = (first, second, cause, caseName)
    }
}

extension LabelCatalog {
    /// The salt with which identifiers are hashed before they are recorded.
    public func seriesSalt() async throws -> [UInt8] { try await connection.one(SeriesSalt()) }

    /// The recorded cases that have a patient or study identifier of a release's cases, or one of those given, by source.
    public func seriesHolders(
        of release: Int32?, patients: [Digest] = [], studies: [Digest] = []
    ) async throws -> [SeriesHolder] {
        try await connection.run(ListSeriesHolders(release: release, patients: patients, studies: studies))
    }

    /// Pairs of subjects that were taken apart, of those given.
    public func separations(of subjects: [SubjectID]) async throws -> [Set<SubjectID>] {
        try await connection.run(ListSeparations(subjects: subjects)).map { [$0.0, $0.1] }
    }

    /// Joins subjects in one transaction, in which no other importer compares identifiers.
    /// - Parameter decide: the joins, decided inside the transaction.
    /// - Returns: the case that showed each join, and what it changed.
    public func joinBySeries(
        activity: ActivityID, deciding decide: () async throws -> [SeriesJoin]
    ) async throws -> [(caseName: String, merge: SubjectMerge)] {
        try await connection.transaction { connection in
            try await connection.run(LockPointersShared())
            try await connection.run(LockSeries())
            var change = PendingChange(activity: activity)
            var merges: [(caseName: String, merge: SubjectMerge)] = []
            var now: [SubjectID: SubjectID] = [:]
            func present(_ subject: SubjectID) -> SubjectID { now[subject].map(present) ?? subject }
            for join in try await decide() {
                let (first, second) = (present(join.first), present(join.second))
                guard first != second else { continue }
                let made = try await merge(first, second, change.id(on: connection), cause: join.cause)
                now[max(first, second)] = min(first, second)
                merges.append((join.caseName, made))
            }
            return merges
        }
    }
}
