package import Catalog

/// Changes how the current annotation is chosen among several.
package struct PolicyChange {
    package struct Result: Sendable {
        /// The policy in force.
        package let policy: AnnotationPolicy
        package let isChanged: Bool
    }

    private let catalog: LabelCatalog

    package init(_ workspace: Workspace) { catalog = workspace.catalog }

    /// Chooses every current annotation again, at one revision.
    ///
    /// - Parameter reason: kept with the history; no patient data.
    /// - Throws: SQLSTATE LA004 for an unknown dataset.
    package func set(_ policy: AnnotationPolicy, reason: String) async throws -> Result {
        let isChanged = try await catalog.setAnnotationPolicy(policy, reason: reason)
        try await catalog.compactCoverage()
        return Result(policy: try await catalog.annotationPolicy(), isChanged: isChanged)
    }
}
