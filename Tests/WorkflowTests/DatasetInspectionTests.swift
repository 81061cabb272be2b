import Catalog
import Domain
import Testing
import Workflows

@Suite struct DatasetInspectionTests {
    @Test func aDatasetHasItsOwnReleasesLicencesAndLabels() async throws {
        try await Catalogue.with { catalogue in
            let catalog = catalogue.catalog
            try await catalog.add("A", case: "one", scan: 1, ["liver", "spleen"])
            try await catalog.add("A", case: "two", scan: 2, ["liver"])
            try await catalog.add("B", case: "three", scan: 3, ["pancreas"])
            let found = try await DatasetInspection(catalog: catalog).run("A")
            #expect(found.releases.map(\.release) == ["1"] && found.releases.map(\.volumes) == [2])
            #expect(Set(found.licences.map(\.dataset)) == ["A"])
            #expect(Set(found.licences.map(\.statement.text)) == ["CC BY 4.0"])
            let labelled = found.labels.filter { $0.annotated > 0 }.map { "\($0.organ) \($0.annotated)" }
            #expect(Set(labelled) == ["liver 2", "spleen 1"])
            #expect(found.removed == nil && found.waiting == 0)
            await #expect(throws: CatalogError.unknownDataset("C", nearest: ["A", "B"])) {
                try await DatasetInspection(catalog: catalog).run("C")
            }
        }
    }

    @Test func labelsWithoutAnImageAreCountedAndListed() async throws {
        try await Catalogue.with { catalogue in
            let inspection = DatasetInspection(catalog: catalogue.catalog)
            try await catalogue.catalog.add("A", case: "one", scan: 1, ["liver"])
            try await catalogue.catalog.addWaiting("A", case: "two")
            #expect(try await inspection.run("A").waiting == 1)
            let waiting = try await inspection.waiting("A")
            #expect(waiting.map(\.caseName) == ["two"] && waiting.map(\.file) == ["labels/two.nii.gz"])
        }
    }
}
