package import Catalog
package import Domain

/// Makes a run the current one, whose pseudo labels are in effect.
package struct RunAdoption: Sendable {
    package struct Result: Sendable {
        /// False where the run was already the current one.
        package let isChanged: Bool
        /// The newest revision.
        package let revision: Revision
    }

    private let catalog: LabelCatalog

    package init(catalog: LabelCatalog) { self.catalog = catalog }

    /// - Parameter reason: recorded with the activity; no patient data.
    /// - Throws: `CatalogError.unknownRun`.
    package func run(_ run: String, reason: String?) async throws -> Result {
        let isChanged = try await catalog.adopt(run: run, reason: reason)
        if isChanged { try await catalog.compactCoverage() }
        return Result(isChanged: isChanged, revision: try await catalog.currentRevision())
    }
}
