import Catalog
import Domain
import Testing
import Workflows

@Suite struct CoverageReportTests {
    @Test func labelledOrgansAreCountedAndIncompleteOnesNamed() async throws {
        try await Catalogue.with { catalogue in
            let report = CoverageReport(catalog: catalogue.catalog)
            let empty = try await report.run(.init())
            #expect(empty.isEmpty && empty.rows.isEmpty && empty.missing.isEmpty)
            try await catalogue.catalog.add("A", case: "one", scan: 1, ["liver"])
            let half = VoxelBox(lower: .zero, upper: Vector3(10, 10, 5))
            try await catalogue.catalog.add("A", case: "two", scan: 2, ["liver", "spleen"], extent: half)
            let found = try await report.run(.init())
            let counts = found.rows.map { "\($0.organ) \($0.annotated) \($0.partial)" }
            #expect(Set(counts) == ["liver 2 1", "spleen 1 1"])
            #expect(found.incomplete == ["spleen"] && found.compositeOnly.isEmpty)
            await #expect(throws: CatalogError.self) { try await report.run(.init(asOf: Revision(1_000_000))) }
        }
    }

    @Test func requestedOrgansWithoutLabelsNameTheirLabelledParts() async throws {
        try await Catalogue.with { catalogue in
            try await catalogue.catalog.add("A", case: "one", scan: 1, ["liver", "kidney_left"])
            let report = CoverageReport(catalog: catalogue.catalog)
            let found = try await report.run(.init(organs: ["Liver", "kidneys", "pancreas"]))
            #expect(found.rows.map(\.organ) == ["liver"] && !found.isEmpty)
            #expect(found.missing.map(\.organ) == ["kidney", "pancreas"])
            let related: [CoverageReport.MissingOrgan.Related] = [.parts(["kidney_left"]), .none]
            #expect(found.missing.map(\.related) == related)
        }
    }
}
