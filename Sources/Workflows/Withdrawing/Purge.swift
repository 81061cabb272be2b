internal import Catalog
package import Domain
internal import Objects

/// Destroys the stored masks of a removed dataset or subject.
package struct Purge {
    /// An object that only removed rows name.
    package struct PurgedMasks: Sendable {
        package let digest: Digest
        package let bytes: Int
        /// Where it is or was stored.
        package let location: String
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// The objects that a purge would destroy.
    ///
    /// - Throws: `WorkflowError` of kind `conflict` where the target is not removed.
    package func plan(_ target: RemovalTarget) async throws -> [PurgedMasks] {
        let target = try await removed(target)
        let store = try await workspace.objects()
        let objects = try await workspace.catalog.purgeable(target)
        return objects.map { Self.described($0, in: store) }
    }

    /// Destroys the objects and leaves tombstones. It cannot be undone.
    ///
    /// - Parameter reason: recorded in the history; no patient data.
    /// - Throws: `WorkflowError` of kind `conflict`, or SQLSTATE LA010, where the target is not removed.
    package func run(_ target: RemovalTarget, reason: String) async throws -> [PurgedMasks] {
        let target = try await removed(target)
        let store = try await workspace.objects()
        let objects = try await workspace.catalog.purge(target, reason: reason) { objects in
            for object in objects { try await store.remove(ObjectID(digest: object.digest, size: object.bytes)) }
        }
        return objects.map { Self.described($0, in: store) }
    }

    private func removed(_ target: RemovalTarget) async throws -> Withdrawable {
        let found = try await target.find(in: workspace.catalog)
        guard try await workspace.catalog.isRemoved(found) else {
            throw WorkflowError(
                .conflict, "\(target.name) is not removed, and only removed data can be purged",
                remedy: "remove it with lacuna \(target.noun) remove; a removal can be undone, a purge cannot")
        }
        return found
    }

    private static func described(_ object: PurgedObject, in store: any ObjectStore) -> PurgedMasks {
        let id = ObjectID(digest: object.digest, size: object.bytes)
        return PurgedMasks(digest: object.digest, bytes: object.bytes, location: store.location(of: id))
    }
}
