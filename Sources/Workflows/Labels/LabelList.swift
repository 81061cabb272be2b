package import Catalog
package import Domain

/// Lists the labels of the catalogue with their masks.
package struct LabelList: Sendable {
    /// Which labels are listed.
    package enum Kind: Hashable, Sendable {
        /// As of a revision; nil: the newest.
        case current(asOf: Revision?)
        /// Proposed annotations, which are never current.
        case proposed
        /// Masks that the newest round of the current run withheld.
        case withheld
    }

    package enum Order: Hashable, Sendable {
        /// By volume and organ.
        case place
        /// The least sure first, labels without a quality last.
        case quality
    }

    package struct Request: Hashable, Sendable {
        /// As a person names it: id, `DATASET/CASE` or file; nil: all volumes.
        package var volume: String?
        /// Key or another spelling; nil: all organs.
        package var organ: String?
        package var kind: Kind
        /// Nil: any.
        package var status: LabelStatus?
        /// Only labels whose quality is in this range; nil: any, also without a quality.
        package var quality: ClosedRange<Double>?
        package var order: Order

        package init(
            volume: String? = nil, organ: String? = nil, kind: Kind = .current(asOf: nil), status: LabelStatus? = nil,
            quality: ClosedRange<Double>? = nil, order: Order = .place
        ) {
            (self.volume, self.organ, self.kind, self.status) = (volume, organ, kind, status)
            (self.quality, self.order) = (quality, order)
        }

        fileprivate func includes(_ row: LabelRow) -> Bool {
            if let status, row.status != status { return false }
            guard let quality else { return true }
            return row.sureness.map(quality.contains) ?? false
        }
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Throws: `CatalogError` for unknown names and `.unknownRevision`.
    package func run(_ request: Request) async throws -> [LabelRow] {
        let rows = try await rows(request).filter(request.includes)
        guard request.order == .quality else { return rows }
        return Self.leastSureFirst(rows)
    }

    private func rows(_ request: Request) async throws -> [LabelRow] {
        let catalog = workspace.catalog
        if case .current(let asOf?) = request.kind { _ = try await catalog.existingRevision(asOf) }
        var (volume, dataset): (VolumeID?, String?)
        if let name = request.volume {
            let row = try await workspace.volume(named: name)
            (volume, dataset) = (row.id, row.sources.first { name == "\($0.dataset)/\($0.caseName)" }?.dataset)
        }
        var organ: OrganKey?
        if let name = request.organ { organ = try await catalog.organ(named: name) }
        switch request.kind {
        case .current(let asOf):
            return try await catalog.labels(volume: volume, organ: organ, asOf: asOf, namedIn: dataset)
        case .proposed: return try await catalog.proposedLabels(volume: volume, organ: organ, namedIn: dataset)
        case .withheld: return try await catalog.withheldMasks(volume: volume, organ: organ, namedIn: dataset)
        }
    }

    /// Labels of the same quality stay in their order.
    private static func leastSureFirst(_ rows: [LabelRow]) -> [LabelRow] {
        let numbered = rows.enumerated().map { (place: $0, quality: $1.sureness ?? .infinity, row: $1) }
        return numbered.sorted { ($0.quality, $0.place) < ($1.quality, $1.place) }.map(\.row)
    }
}

extension LabelRow {
    /// The predicted Dice, or else the soft Dice; nil without either.
    package var sureness: Double? { quality.map { $0.predicted?.dice ?? $0.softDice } }
}
