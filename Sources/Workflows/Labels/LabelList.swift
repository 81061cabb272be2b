package import Catalog
package import Domain

/// Lists the labels of the catalogue with their masks.
package struct LabelList: Sendable {
    package struct Request: Hashable, Sendable {
        /// As a person names it: id, `DATASET/CASE` or file; nil: all volumes.
        package var volume: String?
        /// Key or another spelling; nil: all organs.
        package var organ: String?
        /// Nil: the newest revision. Not for proposals.
        package var asOf: Revision?
        /// Whether proposed annotations, which are never current, are listed instead of current labels.
        package var areProposed: Bool

        package init(volume: String?, organ: String?, asOf: Revision?, areProposed: Bool) {
            (self.volume, self.organ, self.asOf, self.areProposed) = (volume, organ, asOf, areProposed)
        }
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// By volume and organ.
    ///
    /// - Throws: `CatalogError` for unknown names and `.unknownRevision`.
    package func run(_ request: Request) async throws -> [LabelRow] {
        let catalog = workspace.catalog
        if let asOf = request.asOf { _ = try await catalog.existingRevision(asOf) }
        var (volume, dataset): (VolumeID?, String?)
        if let name = request.volume {
            let row = try await workspace.volume(named: name)
            (volume, dataset) = (row.id, row.sources.first { name == "\($0.dataset)/\($0.caseName)" }?.dataset)
        }
        var organ: OrganKey?
        if let name = request.organ { organ = try await catalog.organ(named: name) }
        if request.areProposed {
            return try await catalog.proposedLabels(volume: volume, organ: organ, namedIn: dataset)
        }
        return try await catalog.labels(volume: volume, organ: organ, asOf: request.asOf, namedIn: dataset)
    }
}
