public import Domain
public import Postgres

/// A patient as `lacuna subject list` shows them.
public struct SubjectRow: Sendable, Hashable {
    public let id: SubjectID
    public let name: String
    public let volumes: Int
    public let datasets: [String]
    /// `split/part` of every split that has the subject.
    public let parts: [String]
    /// Why the subject, or all that it has, is withheld, `excluded: …` for its volumes; nil where something stands.
    public let removed: String?
}

/// A case as a list of somebody else's names it.
public struct NamedCase: Sendable {
    /// Without folders and endings.
    public let name: String
    /// Where its image would lie, absolute, and every end of the path as written that begins at a folder.
    public let paths: [String]

    public init(name: String, paths: [String]) { (self.name, self.paths) = (name, paths) }
}

/// A case that the catalogue has.
public struct FoundCase: Sendable {
    /// Which of the named cases it is.
    public let index: Int
    public let volume: VolumeID
    public let subject: SubjectID
    /// Whether nothing but the bare name speaks for it.
    public let isByName: Bool
    /// `DATASET/CASE` of everything that the subject is known as.
    public let names: [String]
}

/// A subject with everything that is known of it.
public struct SubjectFacts: Sendable, Hashable {
    public let subject: SubjectRow
    /// What its datasets call it, `DATASET/KEY`.
    public let names: [String]
    /// Withheld ones too.
    public let volumes: [VolumeID]
    /// Checkpoints that trained on it although a part of a split holds it out.
    public let contaminated: [CheckpointID]
}

extension LabelCatalog {
    /// The cases of those paths or names, once for each volume that has one. Each by what says most: the image's own path,
    /// else a path that names the dataset, else one within the dataset's folder, else the case's name, be it of its dataset
    /// or of an export (`DATASET_CASE`).
    ///
    /// - Parameter dataset: where to look; nil: everywhere.
    /// - Throws: `CatalogError.unknownDataset`.
    public func cases(named cases: [NamedCase], dataset: String?) async throws -> [FoundCase] {
        if let dataset { try await requireDataset(dataset) }
        return try await connection.run(FindCases(cases: cases, dataset: dataset))
    }

    /// Says that two subjects are one: their volumes unite, the stricter part of every split wins, of the folds of one
    /// cross-validation they validate in one, checkpoints that trained on what was held out are marked, and a removal of
    /// either holds for both. It cannot be taken back.
    ///
    /// - Parameter parameters: a JSON object with the reason; no patient data.
    /// - Returns: what it changed; the older subject is kept.
    /// - Throws: SQLSTATE LA004 for one and the same subject, `CatalogError.unknownSubject` for one without a volume.
    public func joinSubjects(_ a: SubjectID, _ b: SubjectID, parameters: JSONText) async throws -> SubjectMerge {
        try await connection.transaction { connection in
            try await connection.run(StopDividedRuns(kept: min(a, b), joined: max(a, b)))
            try await connection.run(LockPointersExclusively())
            let activity = try await startActivity(.correction, parameters: parameters)
            let change = try await connection.one(InsertChange(activity: activity))
            return try await unite(a, b, change)
        }
    }

    /// Makes one subject of two within a transaction.
    func unite(_ a: SubjectID, _ b: SubjectID, _ change: ChangeID) async throws -> SubjectMerge {
        let (kept, joined) = (min(a, b), max(a, b))
        let before = [try await subject(kept), try await subject(joined)]
        try await connection.run(JoinSubjects(kept: kept, joined: joined, change: change))
        return SubjectMerge(before: before, after: try await subject(kept))
    }

    /// A subject with its names and volumes. - Throws: `CatalogError.unknownSubject` where it has no volume.
    public func subject(_ id: SubjectID) async throws -> SubjectFacts {
        guard let found = try await connection.first(DescribeSubject(subject: id)) else {
            throw CatalogError.unknownSubject(id.description)
        }
        return found
    }

    /// Subjects that have volumes, in the order of their ids.
    ///
    /// - Parameters:
    ///   - dataset: only those with a volume in it; nil: all.
    ///   - removed: also those of whom all is withheld.
    public func subjectList(dataset: String? = nil, removed: Bool = false) async throws -> [SubjectRow] {
        if let dataset { try await requireDataset(dataset) }
        return try await connection.run(ListSubjectRows(dataset: dataset, removed: removed))
    }

    /// For each subject the organs that are annotated in at least one of its volumes.
    public func annotatedOrgans() async throws -> [SubjectID: Set<OrganKey>] {
        let keys = Dictionary(uniqueKeysWithValues: try await connection.run(OrganNumbers()))
        return try await connection.run(AnnotatedOrgans()).reduce(into: [:]) { organs, found in
            organs[found.subject, default: []].formUnion(found.organs.compactMap { keys[$0] })
        }
    }
}
