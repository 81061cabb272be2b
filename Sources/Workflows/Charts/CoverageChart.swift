package import Catalog
package import Domain
package import Drawing

/// Draws how coverage changed.
package struct CoverageChart: Sendable {
    private let catalog: LabelCatalog

    package init(catalog: LabelCatalog) { self.catalog = catalog }

    /// - Parameters:
    ///   - organs: by key or any other spelling; empty: all.
    ///   - revision: at which the chart ends; nil: the current one.
    /// - Throws: `CatalogError.unknownOrgan`, `.unknownRevision`; as `CoverageHistory.chart`.
    package func draw(organs: [String], upTo revision: Revision?) async throws -> Chart {
        let chosen = try await catalog.organs(named: organs)
        let last = if let revision { revision } else { try await catalog.currentRevision() }
        return try await catalog.coverageHistory(upTo: last).chart(of: chosen, upTo: last)
    }
}
