import Catalog
import Domain
import Testing
import Workflows

@Suite struct LabelListTests {
    @Test func labelsAreListedByVolumeAndOrgan() async throws {
        try await Catalogue.with { catalogue in
            try await catalogue.catalog.add("A", case: "one", scan: 1, ["liver", "spleen"])
            try await catalogue.catalog.add("B", case: "two", scan: 2, ["liver"])
            let all = try await catalogue.labels()
            #expect(Set(all) == ["A/one liver annotated", "A/one spleen annotated", "B/two liver annotated"])
            let list = LabelList(catalogue.workspace)
            let livers = try await list.run(.init(volume: "A/one", organ: "Liver"))
            #expect(livers.map(\.caseName) == ["A/one"] && livers.map(\.organ) == ["liver"])
            #expect(livers.map(\.voxels) == [5])
            let before = try await list.run(.init(kind: .current(asOf: Revision(0))))
            #expect(before.isEmpty)
            #expect(try await list.run(.init(kind: .proposed)).isEmpty)
            #expect(try await list.run(.init(kind: .withheld)).isEmpty)
            await #expect(throws: CatalogError.self) {
                try await list.run(.init(volume: "A/three"))
            }
        }
    }

    @Test func aMaskHasItsPlaceInTheHistoryAndItsExtent() async throws {
        try await Catalogue.with { catalogue in
            let half = VoxelBox(lower: .zero, upper: Vector3(10, 10, 5))
            let volume = try await catalogue.catalog.add("A", case: "one", scan: 1, ["liver"], extent: half)
            let rows = try await catalogue.catalog.labels(volume: volume, organ: "liver", asOf: nil)
            let mask = try #require(rows.first?.mask)
            let found = try await MaskInspection(catalogue.workspace).run(mask)
            #expect(found.mask.volume == volume && found.mask.organ == "liver" && found.mask.voxels == 5)
            #expect(found.mask.shape == GridShape(10, 10, 10) && found.mask.parent == nil)
            #expect(found.version?.isCurrent == true && found.version?.mask == found.mask.location)
            #expect(found.limits == LabelLimits(extent: half))
            #expect(found.bytes == .missing, "the case has no object")
            await #expect(throws: CatalogError.unknownMask(MaskID(99))) {
                try await MaskInspection(catalogue.workspace).run(MaskID(99))
            }
        }
    }
}
