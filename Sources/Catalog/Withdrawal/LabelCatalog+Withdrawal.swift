public import Domain
import Postgres

/// What can be withdrawn: a dataset or a subject is removed, a volume is excluded.
public enum Withdrawable: Sendable, Hashable {
    case dataset(DatasetID)
    case subject(SubjectID)
    case volume(VolumeID)

    var dataset: DatasetID? { if case .dataset(let id) = self { id } else { nil } }
    var subject: SubjectID? { if case .subject(let id) = self { id } else { nil } }
    var volume: VolumeID? { if case .volume(let id) = self { id } else { nil } }
}

/// One thing that a removal concerns.
public struct RemovalItem: Sendable, Hashable {
    /// `volume`, `source`, `annotation`, `computed annotation`, `shipped label`, `pseudo label`, `withheld mask`, `checkpoint`,
    /// `derived pseudo label`, `derived withheld mask`, `unfinished run` or `export`.
    public let kind: String
    /// Of the volume, source, round, checkpoint, run or export; nil for labels, which are counted by organ.
    public let id: Int64?
    /// For people: case and file, organ, run and round, or format and place of an export.
    public let label: String
    /// The number of labels; of an export the number of its masks that are of removed data or derived from them.
    public let count: Int
    /// `withheld`, `contaminated`, `recalled`, `stopped`, `already exported`, or that it is kept and why.
    public var effect: String

    /// The kind of exports, on which a removal has no effect.
    public static let export = "export"

    /// The effect on labels of other volumes that are derived from removed data.
    public static let recalled = "recalled"
}

extension LabelCatalog {
    /// Whether the dataset or subject is removed, or the volume excluded.
    public func isRemoved(_ thing: Withdrawable) async throws -> Bool {
        try await connection.one(IsWithdrawn(thing: thing))
    }

    /// Whether data that were in use at a revision are removed or excluded now.
    public func hasRemovals(since revision: Revision) async throws -> Bool {
        try await connection.one(IsWithdrawnSince(revision: revision))
    }

    /// Everything that a removal would concern. Empty for a volume, which is excluded and not removed.
    public func removalPlan(_ thing: Withdrawable) async throws -> [RemovalItem] {
        guard thing.volume == nil else { return [] }
        return try await connection.run(RemovalPlan(dataset: thing.dataset, subject: thing.subject))
    }

    /// Withholds a thing from the next revision on. It stays in history.
    ///
    /// A volume that another dataset has too stays, with that dataset's labels.
    /// - Parameters:
    ///   - recalling: for a dataset or subject, whether labels of other volumes that are derived from it are withheld too.
    ///   - reason: no patient data.
    /// - Returns: false, and no new revision, where it is withdrawn already.
    public func withdraw(_ thing: Withdrawable, recalling: Bool, reason: String) async throws -> Bool {
        try await connection.one(
            Withdraw(thing: thing, withdrawn: true, recalls: recalling, reason: reason, program: program)) != nil
    }

    /// Undoes a withdrawal at a new revision.
    /// - Returns: whether it was withdrawn.
    /// - Throws: SQLSTATE LA010 where its bytes are purged.
    public func restore(_ thing: Withdrawable, reason: String) async throws -> Bool {
        try await connection.one(
            Withdraw(thing: thing, withdrawn: false, recalls: false, reason: reason, program: program)) != nil
    }

    /// - Throws: `CatalogError.withheldVolume` where the volume is removed or excluded, `.purgedVolume`.
    func requireUse(of volume: VolumeID) async throws {
        if let event = try await purge(of: volume) { throw CatalogError.purgedVolume(volume, event) }
        if let reason = try await connection.first(ReasonOfWithholding(volume: volume)) {
            throw CatalogError.withheldVolume(volume, reason: reason)
        }
    }

    /// Requires that neither the image of a case nor its key is of a subject who is removed and purged: masks of such a
    /// subject are not stored again.
    ///
    /// - Parameter dataset: nil for one that is not recorded yet.
    /// - Throws: `CatalogError.purgedSubject`.
    func requireUnpurged(_ source: SourceRecord, in dataset: DatasetID?) async throws {
        let found = try await connection.first(
            PurgedSubject(identity: source.identity, dataset: dataset, key: source.subjectKey))
        if let found { throw found }
    }
}
