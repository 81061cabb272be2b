public import Domain
import Postgres

/// A patient as `lacuna subject list` shows them.
public struct SubjectRow: Sendable, Hashable {
    public let id: SubjectID
    public let name: String
    public let volumes: Int
    public let datasets: [String]
    /// `split/part` of every split that has the subject.
    public let parts: [String]
}

extension Catalog {
    /// Subjects that have volumes, in the order of their ids.
    ///
    /// - Parameter dataset: only those with a volume in it; nil: all.
    public func subjectList(dataset: String? = nil) async throws -> [SubjectRow] {
        if let dataset { try await requireDataset(dataset) }
        return try await connection.run(ListSubjectRows(dataset: dataset))
    }

    /// For each subject the organs that are annotated in at least one of its volumes.
    public func annotatedOrgans() async throws -> [SubjectID: [OrganKey]] {
        let rows = try await connection.run(AnnotatedOrgans())
        return Dictionary(rows.map { ($0.subject, $0.organs) }, uniquingKeysWith: { first, _ in first })
    }
}
