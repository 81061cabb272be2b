internal import Objects
internal import Catalog
package import Domain

/// Releases the masks of organs that a round withheld, as its labels.
package struct OrganRelease: Sendable {
    package struct Result: Sendable {
        package let organs: [OrganKey]
        /// The masks that became labels.
        package let labels: Int
        /// The masks without voxels, which stay withheld.
        package let empty: Int
        /// What the released masks share with visible pseudo labels of organs that exclude theirs.
        package let overlaps: [ReleaseOverlap]
        /// Why the masks were not compared with other labels; nil where they were.
        package let unchecked: String?
        package let revision: Revision
    }

    private let workspace: Workspace
    private var catalog: LabelCatalog { workspace.catalog }

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Parameters:
    ///   - names: keys or other spellings of the organs.
    ///   - reason: recorded with the activity; no patient data.
    /// - Throws: `CatalogError` for unknown names and a round that is not published; SQLSTATE LA005 or LA010, with the reason, where the
    ///   organs cannot be released.
    package func run(_ run: String, round: Int, organs names: [String], reason: String) async throws -> Result {
        let organs = try await catalog.organs(named: names)
        let id = try await catalog.roundDetails(run: run, round: round)?.id
        let before = try await withheld(organs, id)
        try await catalog.override(run: run, round: round, organs: organs, reason: reason)
        try await catalog.compactCoverage()
        let found = try await overlaps(organs, id)
        return Result(
            organs: organs, labels: before - (try await withheld(organs, id)),
            empty: try await empty(organs, id),
            overlaps: found.overlaps, unchecked: found.problem, revision: try await catalog.currentRevision())
    }

    private func withheld(_ organs: [OrganKey], _ round: RoundID?) async throws -> Int {
        guard let round else { return 0 }
        let counts = try await catalog.withheldCounts(of: round)
        return organs.reduce(0) { $0 + (counts[$1] ?? 0) }
    }

    private func empty(_ organs: [OrganKey], _ round: RoundID?) async throws -> Int {
        guard let round else { return 0 }
        return try await catalog.emptyWithheldCount(of: round, organs)
    }

    /// The masks are released already, so that one that cannot be read is no error.
    private func overlaps(
        _ organs: [OrganKey], _ round: RoundID?
    ) async throws -> (overlaps: [ReleaseOverlap], problem: String?) {
        guard let round else { return ([], nil) }
        do {
            return (try await ReleaseOverlap.search(organs, of: round, in: workspace), nil)
        } catch let error as WorkflowError {
            return ([], error.problem)
        } catch let error as ObjectStoreError {
            return ([], error.problem)
        }
    }
}
