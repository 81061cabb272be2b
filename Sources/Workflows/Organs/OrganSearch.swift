package import Catalog
package import Domain

/// Finds organs of the catalogue by their keys, names and synonyms.
package struct OrganSearch: Sendable {
    /// An organ with the organs that refer to it.
    package struct Found: Sendable {
        package let organ: OrganRow
        /// The organs that divide it or are within it.
        package let parts: [OrganKey]
        /// The organs that some datasets mean by its name.
        package let variants: [OrganKey]
    }

    private let catalog: LabelCatalog

    package init(catalog: LabelCatalog) { self.catalog = catalog }

    /// The organs whose key, name or synonym contains the text, in any spelling, in the order of the ontology.
    ///
    /// - Parameter text: nil: all organs.
    package func list(containing text: String?) async throws -> [OrganRow] {
        try await catalog.ensureStandardOrgans()
        let organs = try await catalog.organs()
        guard let text else { return organs }
        let wanted = Ontology.normalised(text)
        return organs.filter { row in
            ([row.organ.rawValue, row.name] + row.synonyms).contains { Ontology.normalised($0).contains(wanted) }
        }
    }

    /// The organ of that key, name or synonym.
    ///
    /// - Throws: `CatalogError.unknownOrgan` with the nearest keys.
    package func find(_ name: String) async throws -> Found {
        try await catalog.ensureStandardOrgans()
        let organs = try await catalog.organs()
        let key = try OrganNames(organs).key(of: name)
        guard let organ = organs.first(where: { $0.organ == key }) else { throw CatalogError.unknownOrgan(name) }
        return Found(
            organ: organ, parts: organs.filter { $0.partOf.contains(key) }.map(\.organ),
            variants: organs.filter { $0.variantOf == key }.map(\.organ))
    }
}
