import Catalog
import Domain
import Testing
import Workflows

@Suite struct OrganSearchTests {
    @Test func organsAreListedByTextInAnySpelling() async throws {
        try await Catalogue.with { catalogue in
            let search = OrganSearch(catalog: catalogue.catalog)
            #expect(try await search.list(containing: nil).count == Ontology.standard.organs.count)
            let left = try await search.list(containing: "LEFT Kidney").map(\.organ)
            #expect(left.contains("kidney_left") && !left.contains("kidney_right"))
            #expect(try await search.list(containing: "warp core").isEmpty)
        }
    }

    @Test func anOrganIsFoundWithItsPartsByKeyNameAndSynonym() async throws {
        try await Catalogue.with { catalogue in
            let search = OrganSearch(catalog: catalogue.catalog)
            for name in ["kidney", "both kidneys", "Kidneys"] {
                let found = try await search.find(name)
                #expect(found.organ.organ == "kidney", "\(name)")
                #expect(found.parts.contains("kidney_left") && found.parts.contains("kidney_right"))
                #expect(found.variants.isEmpty)
            }
            let error = await #expect(throws: CatalogError.self) { try await search.find("kidny") }
            guard case .unknownOrgan("kidny", let nearest) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(nearest.contains("kidney"))
        }
    }
}
