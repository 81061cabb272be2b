package import Catalog
package import Domain

/// Reads what the catalogue records of one mask.
package struct MaskInspection: Sendable {
    package struct Result: Sendable {
        package let mask: MaskFacts
        /// Its place in the history of the organ's masks; nil for a mask of a round that is not published.
        package let version: MaskVersion?
        package let limits: LabelLimits
        /// The change that recorded it: dataset, rater and reason; nil as `version`.
        package let event: LabelEvent?
    }

    private let catalog: LabelCatalog

    package init(catalog: LabelCatalog) { self.catalog = catalog }

    /// - Throws: `CatalogError.unknownMask`.
    package func run(_ id: MaskID) async throws -> Result {
        let mask = try await catalog.mask(id)
        let versions = try await catalog.maskHistory(volume: mask.volume, organ: mask.organ)
        let events = try await catalog.history(volume: mask.volume, organ: mask.organ)
        return Result(
            mask: mask, version: versions.first { $0.mask.mask == id }, limits: try await catalog.limits(of: id),
            event: events.first { $0.mask == id })
    }
}
