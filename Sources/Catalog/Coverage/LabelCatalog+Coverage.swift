public import Domain
import Postgres

extension LabelCatalog {
    /// Coverage of every organ that has a known label in scope, in the order of the ontology; by `grouping` and organ.
    ///
    /// Every grouping is read from recorded counts.
    /// - Parameter revision: as of that revision; nil: now. For organ and dataset only.
    /// - Throws: `CatalogError.unknownRevision` for a revision that does not exist.
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
        let rows = CoverageFacts(facts).rows
        guard revision == nil, rows.contains(where: { $0.pseudo > 0 }) else { return rows }
        return try await addingQuality(
            to: addingDice(to: rows, ofRounds: grouping == .round), ofRounds: grouping == .round)
    }

    private func addingDice(to rows: [Coverage], ofRounds: Bool) async throws -> [Coverage] {
        let found = try await connection.run(HeldOutDice(ofRounds: ofRounds))
        let dice = Dictionary(uniqueKeysWithValues: found.map { ($0.place, $0.dice) })
        return rows.map { row in
            var row = row
            if row.pseudo > 0 { row.heldOutDice = dice[.init(round: ofRounds ? row.group : nil, organ: row.organ)] }
            return row
        }
    }

    private func addingQuality(to rows: [Coverage], ofRounds: Bool) async throws -> [Coverage] {
        let found = try await connection.run(QualityOfLabels(ofRounds: ofRounds))
        let quality = Dictionary(uniqueKeysWithValues: found.map { ($0.place, $0.quality) })
        return rows.map { row in
            var row = row
            if row.pseudo > 0 {
                row.quality = quality[.init(round: ofRounds ? row.group : nil, organ: row.organ)] ?? nil
            }
            return row
        }
    }

    /// Coverage by a dataset's own labels, by organ, without those of other datasets in the same volumes.
    public func labelCounts(of dataset: String) async throws -> [Coverage] {
        CoverageFacts(try await connection.run(DatasetLabelCounts(dataset: dataset))).rows
    }

    /// Sums many deltas into a snapshot, so that coverage stays fast. Called after imports and publications.
    public func compactCoverage() async throws { try await connection.run(CompactCoverage()) }
}
