import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// The labels of an export of some datasets are those that would be current if no other dataset had been imported.
@Suite struct ExportedLabelTests {
    private func labels(_ world: World, _ volume: VolumeID, _ datasets: String..., asOf: Int? = nil) async throws
        -> [String]
    {
        let revision = Revision(Int64(try await world.revision()))
        let found = try await world.catalog.exportLabels(
            volume: volume, asOf: asOf.map { Revision(Int64($0)) } ?? revision, of: datasets)
        return found.map { label in
            let number = label.mask.flatMap { mask in (1...9).first { digest($0) == mask.content } }
            return "\(label.organ) \(label.status) \(label.dataset ?? "nobody's") \(number.map(String.init) ?? "-")"
        }
    }

    @Test func namedDatasetsAreAskedAndNotWhoeverIsCurrent() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, [annotated("liver", 1), annotated("spleen", 2)]).volume
            try await catalog.add(
                "A", release: "2", scan: 1, [annotated("liver", 3, origin: .assisted)])
            try await catalog.add("B", scan: 1, [annotated("liver", 4), absent("stomach"), annotated("pancreas", 5)])
            try await catalog.add("C", scan: 1, [shipped("stomach", 6)])
            #expect(
                try await labels(world, volume) == [
                    "liver annotated B 4", "spleen annotated A 2", "pancreas annotated B 5", "stomach absent B -",
                ])
            // The better origin before the newer release, as in the whole catalogue.
            #expect(try await labels(world, volume, "A") == ["liver annotated A 1", "spleen annotated A 2"])
            #expect(try await labels(world, volume, "C") == ["stomach pseudo C 6"])
            #expect(
                try await labels(world, volume, "C", "A") == [
                    "liver annotated A 1", "spleen annotated A 2", "stomach pseudo C 6",
                ])
            let both = try await labels(world, volume, "A", "B")
            #expect(both == (try await labels(world, volume)))
            #expect(try await labels(world, volume, "Z") == [])

            #expect(try await catalog.setAnnotationPolicy(AnnotationPolicy(kind: .release), reason: "newest"))
            #expect(try await labels(world, volume, "A") == ["liver annotated A 3", "spleen annotated A 2"])
            let revision = try await world.revision()

            // A retracted label of the dataset is not listed; a person's annotation is listed with each dataset.
            try await catalog.add("A", scan: 1, file: 1, [annotated("liver", 1), unlabelled("spleen")])
            let annotation = PersonalAnnotation(volume: volume, organ: "pancreas", rater: "ab", origin: .expert)
            _ = try await catalog.record(annotation, kind: .correction, parameters: JSONText("{}")) { _ in
                AnnotationContent(mask: mask(9))
            }
            let own = try await labels(world, volume, "A")
            #expect(own.map { $0.prefix { $0 != " " } } == ["liver", "pancreas"])
            #expect(own.last == "pancreas annotated nobody's 9")
            #expect(
                try await labels(world, volume, "A", asOf: revision)
                    == ["liver annotated A 3", "spleen annotated A 2"])
        }
    }
}
