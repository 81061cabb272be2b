public import Domain
import Postgres

/// A subject as `lacuna subject list` shows it.
public struct SubjectRow: Sendable, Hashable {
    public let id: SubjectID
    public let name: String
    public let volumes: Int
    public let datasets: [String]
    /// `split/part` of every split that contains the subject.
    public let parts: [String]
    /// The reason where the subject is removed, or `excluded: …` where all its volumes are; else nil.
    public let removed: String?
}

/// A case in a list of an outside source.
public struct NamedCase: Sendable {
    /// Without folders and endings.
    public let name: String
    /// The absolute path of its image, and every suffix of the path as written that begins at a folder.
    public let paths: [String]

    public init(name: String, paths: [String]) { (self.name, self.paths) = (name, paths) }
}

/// A recorded case that matches a named one.
public struct FoundCase: Sendable {
    /// The index of the named case.
    public let index: Int
    public let volume: VolumeID
    public let subject: SubjectID
    /// Whether it was found by its name alone.
    public let isByName: Bool
    /// `DATASET/CASE` of all sources of the subject.
    public let names: [String]
}

/// A subject with its names, volumes and contaminated checkpoints.
public struct SubjectFacts: Sendable, Hashable {
    public let subject: SubjectRow
    /// Its keys in datasets, `DATASET/KEY`.
    public let names: [String]
    /// With withheld ones.
    public let volumes: [VolumeID]
    /// Checkpoints that were trained on it although it is held out.
    public let contaminated: [CheckpointID]
    /// The joins that made it, without those taken apart, the oldest first.
    public internal(set) var joins: [RecordedJoin] = []
}

extension LabelCatalog {
    /// The recorded cases of those paths or names, one result for each matching volume. The most specific match wins: the image's
    /// own path, else a path with the dataset's name, else a path within the dataset's folder, else the case's name in its dataset
    /// or in an export (`DATASET_CASE`).
    ///
    /// - Parameter dataset: the dataset to search; nil: all.
    /// - Throws: `CatalogError.unknownDataset`.
    public func cases(named cases: [NamedCase], dataset: String?) async throws -> [FoundCase] {
        if let dataset { try await requireDataset(dataset) }
        return try await connection.run(FindCases(cases: cases, dataset: dataset))
    }

    /// The subject with that `DATASET/KEY`, id or name. - Throws: `CatalogError.unknownSubject`.
    public func subject(named name: String) async throws -> SubjectID {
        guard let id = try await connection.first(ResolveSubject(name: name)) else {
            throw CatalogError.unknownSubject(name)
        }
        return id
    }

    /// A subject with its names and volumes. - Throws: `CatalogError.unknownSubject` where it has no volume.
    public func subject(_ id: SubjectID) async throws -> SubjectFacts {
        guard var found = try await connection.first(DescribeSubject(subject: id)) else {
            throw CatalogError.unknownSubject(try await connection.first(NameOfSubject(subject: id)) ?? id.description)
        }
        found.joins = try await connection.run(JoinsOfSubject(subject: id))
        return found
    }

    /// Subjects that have volumes, in the order of their ids.
    ///
    /// - Parameters:
    ///   - dataset: only those with a volume in it, under its names; nil: all.
    ///   - removed: with those whose volumes are all withheld.
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
