package import Catalog
package import Domain

/// Removes datasets and subjects whose consent or licence was withdrawn, and restores them.
package struct Removal {
    package struct Request: Sendable {
        package var target: RemovalTarget
        /// Recorded in the history; no patient data. Nil: nothing is changed, and the result lists what would be.
        package var reason: String?
        /// Whether labels of other volumes that were derived from the target stay visible.
        package var keepsDerived: Bool

        package init(_ target: RemovalTarget, reason: String?, keepsDerived: Bool) {
            (self.target, self.reason, self.keepsDerived) = (target, reason, keepsDerived)
        }
    }

    package struct Result: Sendable {
        /// Everything that the removal concerns, with the effect on each.
        package let items: [RemovalItem]
        /// Whether the target was removed by this request.
        package let isChanged: Bool
        package let revision: Revision

        /// Number of earlier exports that contain data of the target; a removal does not reach them.
        package var exports: Int { items.count { $0.kind == RemovalItem.export } }
    }

    package struct Restored: Sendable {
        /// Whether the target was removed before.
        package let isChanged: Bool
        package let revision: Revision
    }

    private let catalog: LabelCatalog

    package init(_ workspace: Workspace) { catalog = workspace.catalog }

    package func run(_ request: Request) async throws -> Result {
        let target = try await request.target.find(in: catalog)
        let items = try await catalog.removalPlan(target).map { item in
            guard request.keepsDerived, item.effect == RemovalItem.recalled else { return item }
            var kept = item
            kept.effect = "kept"
            return kept
        }
        var isChanged = false
        if let reason = request.reason {
            isChanged = try await catalog.withdraw(target, recalling: !request.keepsDerived, reason: reason)
            try await catalog.compactCoverage()
        }
        return Result(items: items, isChanged: isChanged, revision: try await catalog.currentRevision())
    }

    /// Undoes a removal at a new revision.
    ///
    /// - Parameter reason: recorded in the history; no patient data.
    /// - Throws: SQLSTATE LA010 where the target's masks are purged.
    package func restore(_ target: RemovalTarget, reason: String) async throws -> Restored {
        let isChanged = try await catalog.restore(try await target.find(in: catalog), reason: reason)
        try await catalog.compactCoverage()
        return Restored(isChanged: isChanged, revision: try await catalog.currentRevision())
    }
}
