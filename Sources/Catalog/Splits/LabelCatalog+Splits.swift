public import Domain
import Postgres

/// How many of a split's subjects and volumes are in one part.
public struct SplitPartRow: Sendable, Hashable {
    public let split: String
    public let part: SplitPart
    public let subjects: Int
    public let volumes: Int
}

/// In how many subjects of each part of a split an organ is annotated.
public struct SplitOrganRow: Sendable, Hashable {
    public let split: String
    public let organ: OrganKey
    public let subjects: [SplitPart: Int]
}

/// A split to be made. Subjects that are not named are unassigned.
public struct NewSplit: Sendable {
    public let name: String
    public let members: [SubjectID: SplitPart]

    public init(name: String, members: [SubjectID: SplitPart]) { (self.name, self.members) = (name, members) }
}

extension LabelCatalog {
    /// The subjects of the volumes of a dataset, in the order of their ids; nil: all.
    public func subjects(of dataset: String? = nil) async throws -> [SubjectID] {
        if let dataset { try await requireDataset(dataset) }
        return try await connection.run(ListSubjects(dataset: dataset))
    }

    /// Makes splits of subjects, all or none; the database keeps a subject from being in two parts of one. Nobody can add labels
    /// from when they are counted until they stand.
    ///
    /// - Throws: `CatalogError.splitExists`; SQLSTATE LA004 where a subject proved to be another meanwhile.
    public func createSplits(_ splits: [NewSplit], method: String, seed: Int?) async throws {
        try await connection.transaction { connection in
            try await connection.run(DeferCountingOfSplits())
            let activity = try await startActivity(.split)
            let change = try await connection.one(InsertChange(activity: activity))
            for split in splits {
                guard try await connection.first(FindSplit(name: split.name)) == nil else {
                    throw CatalogError.splitExists(split.name)
                }
                let id = try await connection.one(
                    InsertSplit(name: split.name, method: method, seed: seed, change: change))
                let members = split.members.sorted { $0.key < $1.key }
                try await connection.run(
                    InsertSplitMembers(split: id, subjects: members.map(\.key), parts: members.map(\.value.rawValue)))
            }
            try await connection.run(CountSplits())
        }
    }

    public func splits() async throws -> [SplitPartRow] { try await connection.run(ListSplits()) }

    /// One row for each split and each organ that is annotated in one of its subjects, by split and organ.
    public func organsBySplit() async throws -> [SplitOrganRow] { try await connection.run(OrgansBySplit()) }

    public func requireDataset(_ name: String) async throws {
        guard try await connection.one(DatasetExists(name: name)) else { throw CatalogError.unknownDataset(name) }
    }
}
