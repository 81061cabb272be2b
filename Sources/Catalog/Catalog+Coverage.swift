public import Domain
import Postgres

extension Catalog {
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
        switch grouping {
        case .organ: return assemble(try await connection.run(CoverageCounts(revision: revision, byDataset: false)))
        case .dataset: return assemble(try await connection.run(CoverageCounts(revision: revision, byDataset: true)))
        case .split: return assemble(try await connection.run(CoverageBySplit()))
        case .round: return assemble(try await connection.run(CoverageByRound()))
        }
    }

    /// What a dataset itself says, by organ, whatever other datasets say of the same volumes.
    public func words(of dataset: String) async throws -> [Coverage] {
        assemble(try await connection.run(DatasetWords(dataset: dataset)))
    }

    /// Folds the appended counts into a snapshot where they are many, so that coverage stays fast. Called after imports and
    /// publications.
    public func compactCoverage() async throws { try await connection.run(CompactCoverage()) }

    /// Rows come ordered by group and organ, one a (status, origin, partial).
    private func assemble(_ counts: [CoverageCount]) -> [Coverage] {
        var rows: [Coverage] = []
        for count in counts {
            if rows.last?.organ != count.organ || rows.last?.group != count.group {
                rows.append(
                    Coverage(
                        organ: count.organ, group: count.group, volumes: count.volumes, subjects: count.subjects,
                        medianConfidence: count.medianConfidence))
            }
            rows[rows.count - 1].add(count)
        }
        return rows
    }
}

/// One count of label states.
struct CoverageCount: Sendable {
    let group: String?
    let organ: OrganKey
    let volumes: Int
    let subjects: Int
    let medianConfidence: Double?
    let status: LabelStatus?
    let origin: LabelOrigin?
    let partial: Bool
    let n: Int
}

extension Coverage {
    fileprivate mutating func add(_ count: CoverageCount) {
        guard let status = count.status, let origin = count.origin else { return }
        switch status {
        case .unlabelled:
            unionKnown += count.n
            return
        case .annotated: annotated += count.n
        case .absent: absent += count.n
        case .pseudo: pseudo += count.n
        }
        if status == .annotated, count.partial { partial += count.n }
        byOrigin[origin, default: 0] += count.n
    }
}
