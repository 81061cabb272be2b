import Catalog
import Domain
import Testing
import Workflows

@Suite struct RemovalTests {
    private static let all = ["A/one liver annotated", "B/two liver annotated"]

    private func fill(_ catalogue: Catalogue) async throws {
        try await catalogue.catalog.add("A", case: "one", scan: 1, ["liver"])
        try await catalogue.catalog.add("B", case: "two", scan: 2, ["liver"])
    }

    @Test func aPreviewListsTheEffectsAndChangesNothing() async throws {
        try await Catalogue.with { catalogue in
            try await fill(catalogue)
            let before = try await catalogue.catalog.currentRevision()
            let removal = Removal(catalogue.workspace)
            let preview = try await removal.run(.init(.dataset("A"), reason: nil, keepsDerived: false))
            #expect(!preview.isChanged && preview.revision == before && preview.exports == 0)
            let withheld = preview.items.filter { $0.effect == "withheld" }.map(\.kind)
            #expect(withheld.contains("volume") && withheld.contains("annotation"), "\(preview.items)")
            #expect(try await catalogue.labels() == Self.all)
            await #expect(throws: CatalogError.unknownDataset("C", nearest: ["A", "B"])) {
                try await Removal(catalogue.workspace).run(.init(.dataset("C"), reason: nil, keepsDerived: false))
            }
        }
    }

    @Test func aRemovalHidesTheDatasetUntilItIsRestored() async throws {
        try await Catalogue.with { catalogue in
            try await fill(catalogue)
            let removal = Removal(catalogue.workspace)
            let inspection = DatasetInspection(catalog: catalogue.catalog)
            let before = try await catalogue.catalog.currentRevision()
            let request = Removal.Request(.dataset("A"), reason: "the licence ended", keepsDerived: false)
            let removed = try await removal.run(request)
            #expect(removed.isChanged && removed.revision > before)
            #expect(try await catalogue.labels() == ["B/two liver annotated"])
            #expect(try await inspection.run("A").removed == "the licence ended")
            let again = try await removal.run(request)
            #expect(!again.isChanged, "it is removed already")

            let restored = try await removal.restore(.dataset("A"), reason: "granted again")
            #expect(restored.isChanged && restored.revision > removed.revision)
            #expect(try await catalogue.labels() == Self.all)
            #expect(try await inspection.run("A").removed == nil)
            let twice = try await removal.restore(.dataset("A"), reason: "granted again")
            #expect(!twice.isChanged)
        }
    }
}
