public import Domain
public import Postgres

/// What showed that two subjects are one patient.
public enum JoinCause: String, Sendable, Hashable {
    case person, table, voxels
    /// The patient identifier in DICOM slices.
    case patient
    /// The study identifier in DICOM slices.
    case study
}

/// A join of two subjects that was not taken apart.
public struct RecordedJoin: Sendable, Hashable {
    public let id: Int64
    public let cause: JoinCause
    /// The subject that was merged into the other.
    public let merged: SubjectID
    public let mergedName: String
    /// Of the merged subject.
    public let volumes: [VolumeID]
    /// `DATASET/KEY` of the merged subject.
    public let names: [String]
    /// Nil in the transaction of the join itself.
    public let revision: Revision?
}

/// A subject whose volumes were given to two.
public struct SubjectSeparation: Sendable, Hashable {
    public let before: SubjectFacts
    /// The remaining subject.
    public let kept: SubjectFacts
    public let separated: SubjectFacts
}

extension LabelCatalog {
    /// Merges two subjects: all volumes are of the older one, the stricter part of every split holds, in the folds of one
    /// cross-validation it is in one validation part, checkpoints that were trained on held-out data are marked, and a removal of
    /// either holds for both. `takeApart` undoes it.
    ///
    /// - Parameters:
    ///   - parameters: a JSON object with the reason; no patient data.
    ///   - isRehearsal: whether it is rolled back, and only the result is of interest.
    /// - Returns: what the merge changed.
    /// - Throws: SQLSTATE LA004 for the same subject twice, `CatalogError.unknownSubject` for one without a volume.
    public func joinSubjects(
        _ a: SubjectID, _ b: SubjectID, parameters: JSONText, isRehearsal: Bool = false
    ) async throws -> SubjectMerge {
        try await transaction(isRehearsal: isRehearsal) { connection in
            try await connection.run(LockPointersExclusively())
            try await connection.run(LockJobs())
            let activity = try await startActivity(.correction, parameters: parameters)
            let change = try await connection.one(InsertChange(activity: activity))
            return try await merge(a, b, change, cause: .person)
        }
    }

    /// Merges two subjects within a transaction; the older one is kept.
    func merge(_ a: SubjectID, _ b: SubjectID, _ change: ChangeID, cause: JoinCause) async throws -> SubjectMerge {
        let (kept, merged) = (min(a, b), max(a, b))
        let before = [try await subject(kept), try await subject(merged)]
        try await connection.run(MergeSubjects(kept: kept, merged: merged, change: change, cause: cause))
        return SubjectMerge(before: before, after: try await subject(kept))
    }

    /// The subject that a subject was merged into; the same where it was not.
    public func presentSubject(_ subject: SubjectID) async throws -> SubjectID {
        try await connection.first(PresentSubject(subject: subject)) ?? subject
    }

    /// The volumes of a subject that are of the merged side of a join.
    public func volumes(of join: RecordedJoin, in subject: SubjectID) async throws -> [VolumeID] {
        try await connection.one(VolumesOfJoin(join: join.id, subject: subject))
    }

    /// Undoes a join: the merged subject has its volumes, keys and parts again.
    ///
    /// - Parameters: as `joinSubjects`.
    /// - Throws: SQLSTATE LA004 where it is taken apart already.
    public func takeApart(
        _ join: RecordedJoin, of subject: SubjectID, parameters: JSONText, isRehearsal: Bool = false
    ) async throws -> SubjectSeparation {
        try await separate(subject, isRehearsal: isRehearsal, parameters) { change in
            try await connection.one(TakeJoinApart(join: join.id, change: change, isByPerson: true))
        }
    }

    /// Separates some volumes of a subject as a new subject with the same parts of splits. Imports do not join the two again.
    ///
    /// - Parameters: as `joinSubjects`.
    /// - Throws: SQLSTATE LA004 where the volumes are not of the subject, or all of it.
    public func separate(
        _ volumes: [VolumeID], of subject: SubjectID, parameters: JSONText, isRehearsal: Bool = false
    ) async throws -> SubjectSeparation {
        try await separate(subject, isRehearsal: isRehearsal, parameters) { change in
            try await connection.one(
                SeparateVolumes(subject: subject, volumes: volumes, change: change, isByPerson: true))
        }
    }

    private func separate(
        _ subject: SubjectID, isRehearsal: Bool, _ parameters: JSONText,
        _ body: (ChangeID) async throws -> SubjectID
    ) async throws -> SubjectSeparation {
        try await transaction(isRehearsal: isRehearsal) { connection in
            try await connection.run(LockPointersExclusively())
            try await connection.run(LockJobs())
            try await connection.run(StopRunsWithSubject(subject: subject))
            let before = try await self.subject(subject)
            let activity = try await startActivity(.correction, parameters: parameters)
            let separated = try await body(try await connection.one(InsertChange(activity: activity)))
            return SubjectSeparation(
                before: before, kept: try await self.subject(subject), separated: try await self.subject(separated))
        }
    }

    /// - Parameter isRehearsal: whether it is rolled back, and only the result is of interest.
    func transaction<T: Sendable>(
        isRehearsal: Bool, _ body: (Connection) async throws -> T
    ) async throws -> T {
        do {
            return try await connection.transaction { connection in
                let result = try await body(connection)
                if isRehearsal { throw Rehearsed(result: result) }
                return result
            }
        } catch let rehearsed as Rehearsed<T> {
            return rehearsed.result
        }
    }
}

/// Rolls a transaction back and carries its result.
private struct Rehearsed<Result: Sendable>: Error {
    let result: Result
}
