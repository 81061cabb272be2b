internal import Catalog
internal import Domain

extension LabelCatalog {
    /// An earlier revision, or the newest where none is named.
    ///
    /// - Throws: `CatalogError.unknownRevision`.
    func existingRevision(_ asOf: Revision?) async throws -> Revision {
        let newest = try await currentRevision()
        guard let asOf else { return newest }
        guard asOf.number >= 0, asOf <= newest else { throw CatalogError.unknownRevision(asOf, newest: newest) }
        return asOf
    }
}
