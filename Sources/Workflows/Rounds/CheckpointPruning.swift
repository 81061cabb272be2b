package import Catalog
internal import Domain
internal import Objects

/// Removes checkpoints that nothing needs any more, and keeps their rows.
package struct CheckpointPruning: Sendable {
    package struct Request: Sendable {
        package var scope: PruningScope
        /// Whether nothing is changed.
        package var isDryRun: Bool

        package init(_ scope: PruningScope, isDryRun: Bool) { (self.scope, self.isDryRun) = (scope, isDryRun) }
    }

    package struct Result: Sendable {
        /// Every checkpoint of the scope whose bytes were stored, by run, round, kind and step.
        package let checkpoints: [CheckpointPlan]
        package let isDryRun: Bool
        /// Bytes of the removed objects, or of those that would be removed.
        package let freedBytes: Int
        /// Objects that could not be removed, with the reason. A later sweep removes them.
        package let obstacles: [Obstacle]
    }

    package struct Obstacle: Sendable {
        package let location: String
        package let problem: String
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Throws: `CatalogError.unknownRun`, `ObjectStoreError.noStore` where there is no object store although checkpoints are
    ///   stored.
    package func run(_ request: Request) async throws -> Result {
        let catalog = workspace.catalog
        let planned = try await catalog.pruningPlan(request.scope)
        guard !request.isDryRun, planned.contains(where: \.isPruned) else {
            return Result(
                checkpoints: planned, isDryRun: request.isDryRun,
                freedBytes: Self.objects(of: planned).reduce(0) { $0 + $1.size }, obstacles: [])
        }
        let store = try await workspace.objects()
        let pruned = try await catalog.pruneCheckpoints(request.scope)
        let (freed, obstacles) = try await remove(Self.objects(of: pruned), from: store)
        return Result(checkpoints: pruned, isDryRun: false, freedBytes: freed, obstacles: obstacles)
    }

    /// The objects of pruned checkpoints that no other checkpoint has, each once.
    private static func objects(of checkpoints: [CheckpointPlan]) -> [ObjectID] {
        let gone = checkpoints.filter { $0.isPruned && !$0.sharesBytes }
        return Array(Set(gone.map { ObjectID(digest: $0.object, size: $0.bytes) }))
    }

    /// An object that was stored again since its row became a tombstone is kept.
    private func remove(
        _ objects: [ObjectID], from store: any ObjectStore
    ) async throws -> (freed: Int, obstacles: [Obstacle]) {
        let sizes = Dictionary(uniqueKeysWithValues: objects.map { ($0.digest, $0.size) })
        return try await workspace.catalog.withUnusedObjects(among: objects.map(\.digest)) { unused in
            var (freed, obstacles): (Int, [Obstacle]) = (0, [])
            for id in unused.map({ ObjectID(digest: $0, size: sizes[$0] ?? 0) }) {
                do {
                    try await store.remove(id)
                    freed += id.size
                } catch let error as ObjectStoreError {
                    obstacles.append(Obstacle(location: store.location(of: id), problem: error.problem))
                }
            }
            return (freed, obstacles)
        }
    }
}

extension CheckpointPlan.Reason {
    /// The reason as a phrase.
    package var explanation: String {
        switch self {
        case .open: "its round is open"
        case .start: "another run started from it"
        case .labels: "made labels"
        case .evaluation: "was evaluated"
        case .closed: "last of a closed round"
        case .wanted: "as asked"
        case .intermediate: "a later one exists"
        case .abandoned: "its round ended without a result"
        }
    }
}
