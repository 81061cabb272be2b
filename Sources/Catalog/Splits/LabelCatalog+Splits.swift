public import Domain
import Postgres

/// The number of a split's subjects and volumes in one part.
public struct SplitPartRow: Sendable, Hashable {
    public let split: String
    public let part: SplitPart
    public let subjects: Int
    public let volumes: Int
    /// Whether the part is a locked test part.
    public let isLocked: Bool
}

/// The number of subjects in each part of a split in which an organ is annotated.
public struct SplitOrganRow: Sendable, Hashable {
    public let split: String
    public let organ: OrganKey
    public let subjects: [SplitPart: Int]
}

/// A split to be created. Subjects that are not members are unassigned.
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

    /// Creates splits, all or none. Writers of labels are blocked from the counting of the splits to the commit.
    ///
    /// - Parameter locksTest: locks the test part: in later splits its subjects are in the test part too, and no run of any split
    ///   reads their labels.
    /// - Throws: `CatalogError.splitExists`; SQLSTATE LA014 for a locked subject in another part; SQLSTATE LA004 where a subject was merged into another meanwhile.
    public func createSplits(
        _ splits: [NewSplit], method: String, seed: Int?, locksTest: Bool = false
    ) async throws {
        try await connection.transaction { connection in
            try await connection.run(DeferCountingOfSplits())
            let activity = try await startActivity(.split)
            let change = try await connection.one(InsertChange(activity: activity))
            for split in splits {
                guard try await connection.first(FindSplit(name: split.name)) == nil else {
                    throw CatalogError.splitExists(split.name)
                }
                let id = try await connection.one(
                    InsertSplit(
                        name: split.name, method: method, seed: seed, locksTest: locksTest, change: change))
                let members = split.members.sorted { $0.key < $1.key }
                try await connection.run(
                    InsertSplitMembers(split: id, subjects: members.map(\.key), parts: members.map(\.value.rawValue)))
            }
            try await connection.run(CountSplits())
        }
    }

    /// The subjects of locked test parts.
    public func lockedSubjects() async throws -> Set<SubjectID> { Set(try await connection.run(LockedSubjects())) }

    /// The volumes of those subjects.
    public func lockedVolumes() async throws -> Set<VolumeID> { Set(try await connection.run(LockedVolumes())) }

    /// The number of locked subjects that are in another part than test, by split.
    public func splitsWithLockedSubjects() async throws -> [String: Int] {
        Dictionary(uniqueKeysWithValues: try await connection.run(SplitsWithLockedSubjects()))
    }

    public func splits() async throws -> [SplitPartRow] { try await connection.run(ListSplits()) }

    /// One row for each split and each organ that is annotated in one of its subjects, by split and organ.
    public func organsBySplit() async throws -> [SplitOrganRow] { try await connection.run(OrgansBySplit()) }
}
