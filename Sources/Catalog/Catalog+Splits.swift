public import Domain
import Postgres

/// How many of a split's subjects and volumes are in one part.
public struct SplitPartRow: Sendable, Hashable {
    public let split: String
    public let part: SplitPart
    public let subjects: Int
    public let volumes: Int
}

extension Catalog {
    /// The subjects of the volumes of a dataset, in the order of their ids; nil: all.
    public func subjects(of dataset: String? = nil) async throws -> [SubjectID] {
        if let dataset { try await requireDataset(dataset) }
        return try await connection.run(ListSubjects(dataset: dataset))
    }

    /// Makes a split of subjects, which the database keeps from being in two parts.
    ///
    /// - Throws: `CatalogError.splitExists`.
    public func createSplit(_ name: String, method: String, seed: Int?, members: [SubjectID: SplitPart]) async throws {
        try await connection.transaction { connection in
            guard try await connection.first(FindSplit(name: name)) == nil else { throw CatalogError.splitExists(name) }
            let activity = try await startActivity(.split)
            let change = try await connection.one(InsertChange(activity: activity))
            let split = try await connection.one(InsertSplit(name: name, method: method, seed: seed, change: change))
            let members = members.sorted { $0.key < $1.key }
            try await connection.run(
                InsertSplitMembers(split: split, subjects: members.map(\.key), parts: members.map(\.value.rawValue)))
        }
    }

    public func splits() async throws -> [SplitPartRow] { try await connection.run(ListSplits()) }

    public func requireDataset(_ name: String) async throws {
        guard try await connection.one(DatasetExists(name: name)) else { throw CatalogError.unknownDataset(name) }
    }
}
