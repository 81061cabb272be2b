public import Domain
import Postgres

extension LabelCatalog {
    /// Coverage of every organ that has a known label in scope, in the order of the ontology; by `grouping` and organ.
    ///
    /// Every grouping reads kept counts.
    /// - Parameter revision: as of that revision; nil: now. Only for organ and dataset.
    /// - Throws: `CatalogError.unknownRevision` for a revision that is not committed yet.
    public func coverage(
        by grouping: CoverageGrouping = .organ, asOf revision: Revision? = nil
    ) async throws -> [Coverage] {
        if let revision {
            let newest = try await currentRevision()
            guard revision.number >= 0, revision <= newest else {
                throw CatalogError.unknownRevision(revision, newest: newest)
            }
        }
        let facts =
            switch grouping {
            case .organ, .dataset:
                try await connection.run(CoverageOfDatasets(revision: revision, byDataset: grouping == .dataset))
            case .split: try await connection.run(CoverageOfSplits())
            case .round: try await connection.run(CoverageOfRounds())
            }
        return CoverageFacts(facts).rows
    }

    /// What a dataset itself says, by organ, whatever other datasets say of the same volumes.
    public func words(of dataset: String) async throws -> [Coverage] {
        CoverageFacts(try await connection.run(DatasetLabelCounts(dataset: dataset))).rows
    }

    /// Folds the appended counts into a snapshot where they are many, so that coverage stays fast. Called after imports and
    /// publications.
    public func compactCoverage() async throws { try await connection.run(CompactCoverage()) }
}
