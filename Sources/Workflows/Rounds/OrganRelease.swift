package import Catalog
package import Domain

/// Releases the masks of organs that a round withheld, as its labels.
package struct OrganRelease: Sendable {
    package struct Result: Sendable {
        package let organs: [OrganKey]
        /// The masks that became labels.
        package let labels: Int
        package let revision: Revision
    }

    private let catalog: LabelCatalog

    package init(catalog: LabelCatalog) { self.catalog = catalog }

    /// - Parameters:
    ///   - names: keys or other spellings of the organs.
    ///   - reason: recorded with the activity; no patient data.
    /// - Throws: `CatalogError` for unknown names and a round that is not published; SQLSTATE LA005 or LA010, with the reason, where the
    ///   organs cannot be released.
    package func run(_ run: String, round: Int, organs names: [String], reason: String) async throws -> Result {
        let organs = try await catalog.organs(named: names)
        let before = try await withheld(organs, run, round)
        try await catalog.override(run: run, round: round, organs: organs, reason: reason)
        try await catalog.compactCoverage()
        return Result(
            organs: organs, labels: before - (try await withheld(organs, run, round)),
            revision: try await catalog.currentRevision())
    }

    private func withheld(_ organs: [OrganKey], _ run: String, _ round: Int) async throws -> Int {
        guard let details = try await catalog.roundDetails(run: run, round: round) else { return 0 }
        let counts = try await catalog.withheldCounts(of: details.id)
        return organs.reduce(0) { $0 + (counts[$1] ?? 0) }
    }
}
