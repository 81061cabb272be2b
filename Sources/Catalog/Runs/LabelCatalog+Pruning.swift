public import Domain
import Postgres

/// A checkpoint whose bytes are stored, and what pruning does with it.
public struct CheckpointPlan: Sendable, Hashable {
    /// Why a checkpoint is kept or pruned.
    public enum Reason: String, Sendable, CaseIterable {
        /// Kept: its round is open and may continue from it.
        case open
        /// Kept: another run started from it.
        case start
        /// Kept: the newest of its kind in a round whose labels were made with it.
        case labels
        /// Kept: the newest of its kind in a round that was evaluated with it.
        case evaluation
        /// Kept: the newest of its kind in a closed round.
        case closed
        /// Kept because the caller wants it.
        case wanted
        /// Pruned: a later one of its kind exists, and its round does not continue.
        case intermediate
        /// Pruned: its round ended without labels and evaluation.
        case abandoned
    }

    public let id: CheckpointID
    public let run: String
    public let round: Int
    public let kind: String
    public let step: Int
    public let object: Digest
    public let bytes: Int
    public let isPruned: Bool
    public let reason: Reason
    /// Whether a checkpoint that is kept has the same bytes, which then stay.
    public let sharesBytes: Bool
}

/// Which checkpoints are to be pruned.
public struct PruningScope: Sendable, Hashable {
    /// Nil: all runs.
    public var run: String?
    /// Further checkpoints to keep of each kind in each closed round beside the newest, 0 or more.
    public var kept: Int
    /// Whether the newest checkpoints of rounds that ended without a result are kept.
    public var keepsAbandoned: Bool

    public init(run: String? = nil, kept: Int = 0, keepsAbandoned: Bool = false) {
        (self.run, self.kept, self.keepsAbandoned) = (run, kept, keepsAbandoned)
    }
}

extension LabelCatalog {
    /// What pruning would do with every stored checkpoint, by run, round, kind and step.
    /// - Throws: `CatalogError.unknownRun`.
    public func pruningPlan(_ scope: PruningScope) async throws -> [CheckpointPlan] {
        try await connection.run(ReadPruningPlan(run: try await id(of: scope.run), scope: scope))
    }

    /// Marks checkpoints as pruned and their objects as destroyed, in one transaction that waits for writers of objects. The
    /// caller deletes the bytes afterwards; if it does not, the next sweep does.
    ///
    /// - Returns: as `pruningPlan`.
    /// - Throws: `CatalogError.unknownRun`.
    public func pruneCheckpoints(_ scope: PruningScope) async throws -> [CheckpointPlan] {
        try await connection.run(PruneCheckpoints(run: try await id(of: scope.run), scope: scope, program: program))
    }

    /// Runs `body` with those among the objects that no row refers to, while writers of masks and checkpoints are blocked.
    public func withUnusedObjects<T>(
        among objects: [Digest], _ body: ([Digest]) async throws -> T
    ) async throws -> T {
        try await connection.transaction { connection in
            try await connection.run(LockObjectsExclusively())
            return try await body(try await connection.run(UnusedObjects(objects: objects)))
        }
    }

    private func id(of run: String?) async throws -> RunID? {
        guard let run else { return nil }
        return try await requireRun(run)
    }
}
