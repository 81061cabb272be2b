public import Domain
import Postgres

/// A recorded case with the subject of its newest image.
public struct CaseSubject: Sendable, Hashable {
    public let caseName: String
    public let volume: VolumeID
    public let subject: SubjectID
    public let subjectName: String
}

extension LabelCatalog {
    /// The subject of every case of a release.
    public func caseSubjects(of release: Int32) async throws -> [CaseSubject] {
        try await connection.run(ListCaseSubjects(release: release))
    }

    /// Separates volumes that a table of subjects names as other patients, in one transaction.
    ///
    /// A join that exactly these volumes came by is taken apart, with its parts of splits; else they are a new subject.
    /// - Parameter groups: for each subject the volumes of another patient with the key in the table; not all volumes of the subject.
    public func separateStated(
        _ groups: [(subject: SubjectID, key: String, volumes: [VolumeID])], in dataset: DatasetID, activity: ActivityID
    ) async throws {
        try await connection.transaction { connection in
            for subject in Set(groups.map(\.subject)).sorted() {
                try await connection.run(StopRunsWithSubject(subject: subject))
            }
            try await connection.run(LockPointersExclusively())
            let change = try await connection.one(InsertChange(activity: activity))
            for (subject, key, volumes) in groups {
                let joins = try await connection.run(JoinsOfSubject(subject: subject))
                if let join = joins.last(where: { Set($0.volumes) == Set(volumes) }) {
                    _ = try await connection.one(TakeJoinApart(join: join.id, change: change, isByPerson: false))
                } else {
                    let keys = try await connection.run(KeysOfVolumes(subject: subject, volumes: volumes))
                    let stated = SubjectKey(dataset: dataset, key: key)
                    _ = try await connection.one(
                        SeparateVolumes(
                            subject: subject, volumes: volumes, keys: [stated] + keys.filter { $0 != stated },
                            change: change, isByPerson: false))
                }
            }
        }
    }
}
