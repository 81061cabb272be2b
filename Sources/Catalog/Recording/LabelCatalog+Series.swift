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
    /// Nil for a case that is not recorded yet.
    public let volume: VolumeID?
    /// The subject of its volume; nil for a case that is not recorded yet.
    public let subject: SubjectID?
    /// A name that is equal for cases of one subject where no identifier had joined subjects.
    public let origin: String
    /// The key by which a table of the dataset names the subject; nil where it is from the layout.
    public let statedKey: String?
    public let patient: Digest?
    public let study: Digest?

    public init(
        name: String, dataset: String, volume: VolumeID? = nil, subject: SubjectID?, origin: String,
        statedKey: String?, patient: Digest?, study: Digest?
    ) {
        (self.name, self.dataset, self.volume, self.subject, self.origin) = (name, dataset, volume, subject, origin)
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

/// A join by an identifier that was not taken apart.
public struct IdentifierJoin: Sendable, Hashable {
    public let id: Int64
    public let subject: SubjectID
    /// The volumes of the merged side.
    public let merged: Set<VolumeID>
    /// Whether cases of both sides have one key in a dataset, so that they are one subject without the identifier.
    public let isSupported: Bool

    public init(id: Int64, subject: SubjectID, merged: Set<VolumeID>, isSupported: Bool) {
        (self.id, self.subject, self.merged, self.isSupported) = (id, subject, merged, isSupported)
    }
}

/// What identifiers show about subjects.
public struct SeriesDecision: Sendable {
    /// Joins that an identifier had caused which is not used any more, the newest first.
    public let ended: [IdentifierJoin]
    public let joins: [SeriesJoin]

    public init(ended: [IdentifierJoin], joins: [SeriesJoin]) { (self.ended, self.joins) = (ended, joins) }
}

extension LabelCatalog {
    /// The salt with which identifiers are hashed before they are recorded.
    public func seriesSalt() async throws -> [UInt8] { try await connection.one(SeriesSalt()) }

    /// The recorded cases that share patient or study identifiers with a release's cases or those given, directly or through others,
    /// by source.
    public func seriesHolders(
        of release: Int32?, patients: [Digest] = [], studies: [Digest] = []
    ) async throws -> [SeriesHolder] {
        try await connection.run(ListSeriesHolders(release: release, patients: patients, studies: studies))
    }

    /// Pairs of subjects that were taken apart, of those given.
    public func separations(of subjects: [SubjectID]) async throws -> [Set<SubjectID>] {
        try await connection.run(ListSeparations(subjects: subjects)).map { [$0.0, $0.1] }
    }

    /// The joins by identifiers that some subjects are made of, the newest first.
    public func identifierJoins(of subjects: [SubjectID]) async throws -> [IdentifierJoin] {
        try await connection.run(ListIdentifierJoins(subjects: subjects))
    }

    /// Takes subjects apart and joins them in one transaction, during which no other importer records or joins.
    /// - Parameter decide: called inside the transaction, again after each join that is taken apart.
    /// - Returns: the case that showed each join, and what it changed; the number of joins that were taken apart.
    public func joinBySeries(
        activity: ActivityID, deciding decide: () async throws -> SeriesDecision
    ) async throws -> (merges: [(caseName: String, merge: SubjectMerge)], ended: Int) {
        try await connection.transaction { connection in
            var change = PendingChange(activity: activity)
            var ended = 0
            try await connection.run(LockPointersExclusively())
            try await connection.run(LockJobs())
            var decision = try await decide()
            while let join = decision.ended.first {
                try await connection.run(StopRunsWithSubject(subject: join.subject))
                let id = try await change.id(on: connection)
                _ = try await connection.one(TakeJoinApart(join: join.id, change: id, isByPerson: false))
                ended += 1
                decision = try await decide()
            }
            return (try await join(decision.joins, &change), ended)
        }
    }

    private func join(
        _ joins: [SeriesJoin], _ change: inout PendingChange
    ) async throws -> [(caseName: String, merge: SubjectMerge)] {
        var merges: [(caseName: String, merge: SubjectMerge)] = []
        var now: [SubjectID: SubjectID] = [:]
        func present(_ subject: SubjectID) -> SubjectID { now[subject].map(present) ?? subject }
        for join in joins {
            let (first, second) = (present(join.first), present(join.second))
            guard first != second else { continue }
            let made = try await merge(first, second, change.id(on: connection), cause: join.cause)
            now[max(first, second)] = min(first, second)
            merges.append((join.caseName, made))
        }
        return merges
    }
}
