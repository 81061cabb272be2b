internal import Catalog
package import Domain

/// Makes the pseudo labels of an earlier round the current ones of a run.
package struct RoundRollback {
    package struct Result: Sendable {
        /// The organs that were rolled back; nil: all of the run.
        package let organs: [OrganKey]?
        package let isChanged: Bool
        /// Whether the run was open, and is cancelled because it trains on what was rolled back.
        package let isCancelled: Bool
        package let revision: Revision
        /// Whether the run is the one whose pseudo labels are shown.
        package let isCurrentRun: Bool
        /// The run whose pseudo labels are shown; nil: none.
        package let currentRun: String?
    }

    private let catalog: LabelCatalog

    package init(_ workspace: Workspace) { catalog = workspace.catalog }

    /// - Parameters:
    ///   - organs: keys or other spellings; empty: all organs of the run.
    ///   - round: a published round; nil hides the run's pseudo labels of the organs.
    ///   - reason: kept with the history; no patient data.
    /// - Throws: `CatalogError` for unknown names and rounds that are not published.
    package func rollBack(run: String, organs names: [String], to round: Int?, reason: String) async throws -> Result {
        let organs = names.isEmpty ? nil : try await catalog.organs(named: names)
        let wasOpen = try await catalog.isOpen(run: run)
        let isChanged = try await catalog.rollBack(run: run, organs: organs, to: round, reason: reason)
        if isChanged { try await catalog.compactCoverage() }
        let revision = try await catalog.currentRevision()
        let current = try await catalog.currentRun()
        return Result(
            organs: organs, isChanged: isChanged, isCancelled: isChanged && wasOpen, revision: revision,
            isCurrentRun: current == run,
            currentRun: current)
    }
}
