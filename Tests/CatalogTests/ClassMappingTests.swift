import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// The class mapping of a run, for two datasets that use one name with different meanings.
@Suite struct ClassMappingTests {
    /// `aorta` of dataset a, `aorta_short` of dataset b, both of dataset c; each one training volume.
    private func fill(_ world: World) async throws -> [VolumeID] {
        func organ(_ key: OrganKey, _ position: Int) -> Organ {
            Organ(key: key, name: key.rawValue, position: position, code: nil)
        }
        try await world.catalog.extend(
            with: Ontology(
                organs: [organ("aorta", 9), organ("aorta_short", LabelCatalog.firstOwnPosition)],
                links: [OrganLink(part: "aorta_short", whole: "aorta", relation: .variant)]))
        let volumes = [
            try await world.catalog.add("a", scan: 1, [annotated("aorta", 1)]),
            try await world.catalog.add("b", scan: 2, [annotated("aorta_short", 2), annotated("liver", 3)]),
            try await world.catalog.add("c", scan: 3, [annotated("aorta", 4), annotated("aorta_short", 5)]),
        ].map(\.volume)
        try await world.catalog.split("s", volumes.map { ($0, .train) })
        return volumes
    }

    /// The volumes in which a run of the aorta has one, each with the organ that its mask is of.
    private func learned(
        _ world: World, _ name: String, mapping: [OrganKey: [OrganKey]]
    ) async throws -> [String] {
        var start = world.runStart(name, organs: ["aorta"])
        start.classMapping = mapping
        let run = try await world.training.startRun(start)
        let labels = try await world.training.labels(of: run.id)
        #expect(labels.allSatisfy { $0.organ == "aorta" })
        var found: [String] = []
        for label in labels {
            let mask = try #require(label.mask).mask
            let organ = try await world.manager.ask(
                "select o.key from lacuna.mask m join lacuna.organ o on o.id = m.organ_id where m.id = \(mask)")
            found.append("\(label.volume) \(organ[0])")
        }
        return found
    }

    @Test func aRunTrainsOnTheOrgansOfItsMappingOnly() async throws {
        try await World.with { world in
            let v = try await fill(world)
            #expect(try await learned(world, "apart", mapping: [:]) == ["\(v[0]) aorta", "\(v[2]) aorta"])
            #expect(
                try await learned(world, "both", mapping: ["aorta": ["aorta", "aorta_short"]])
                    == ["\(v[0]) aorta", "\(v[1]) aorta_short", "\(v[2]) aorta"])
            #expect(
                try await learned(world, "short", mapping: ["aorta": ["aorta_short", "aorta"]])
                    == ["\(v[0]) aorta", "\(v[1]) aorta_short", "\(v[2]) aorta_short"])
            #expect(
                try await learned(world, "only", mapping: ["aorta": ["aorta_short"]])
                    == ["\(v[1]) aorta_short", "\(v[2]) aorta_short"])
            #expect(try await world.catalog.mergedOrgans(run: "short") == ["aorta": ["aorta_short", "aorta"]])
            #expect(try await world.catalog.mergedOrgans(run: "apart") == [:])
        }
    }

    /// Annotations of mapped organs are inputs of the run: a pseudo label is refused there, and lineage contains them.
    @Test func annotationsOfMappedOrgansAreInputs() async throws {
        try await World.with { world in
            let v = try await fill(world)
            func begin(_ name: String, _ mapping: [OrganKey: [OrganKey]]) async throws -> HeldRun {
                var start = world.runStart(name, organs: ["aorta"])
                start.classMapping = mapping
                let run = try await world.training.startRun(start)
                let claim = try #require(
                    try await world.queue("w", 600).claim(run: run.id.rawValue))
                return HeldRun(
                    run: run, claim: Claim(job: JobID(claim.job), token: claim.token),
                    rounds: try await world.training.rounds(of: run.id))
            }
            let merged = try await begin("merged", ["aorta": ["aorta", "aorta_short"]])
            let checkpoint = try await world.checkpoint(merged, 0)
            let refused = await #expect(throws: PostgresError.self) {
                try await world.stage(merged, 0, checkpoint, v[1], [("aorta", 50, 0.5)])
            }
            #expect(refused?.sqlState == "LA007")
            let behind = try await world.manager.ask(
                """
                select count(*) from lacuna.lineage_edge e join lacuna.mask m on m.id = e.source_id
                join lacuna.organ o on o.id = m.organ_id
                where e.kind = 'checkpoint' and e.id = \(checkpoint) and e.source_kind = 'mask' and o.key = 'aorta_short'
                """)
            #expect(behind == ["1"])
            let apart = try await begin("apart", [:])
            let other = try await world.checkpoint(apart, 0)
            try await world.stage(apart, 0, other, v[1], [("aorta", 51, 0.5)])
        }
    }

    @Test func anOntologyComesBackAsItWasAdded() async throws {
        try await withDatabase(role: "lacuna") { connection, _ async throws in
            let catalog = LabelCatalog(connection, program: "tests")
            try await catalog.extend(with: .standard)
            let found = try await catalog.ontology()
            #expect(found.organs == Ontology.standard.organs)
            #expect(Set(found.links) == Set(Ontology.standard.links))
            #expect(Set(found.synonyms) == Set(Ontology.standard.synonyms))
        }
    }

    @Test func noTwoOrgansHaveOnePosition() async throws {
        try await World.with { world in
            func organ(_ key: OrganKey) -> Ontology {
                Ontology(organs: [Organ(key: key, name: "x", position: LabelCatalog.firstOwnPosition, code: nil)])
            }
            try await world.catalog.extend(with: organ("one"))
            let refused = await #expect(throws: PostgresError.self) {
                try await world.catalog.extend(with: organ("two"))
            }
            #expect(refused?.sqlState == "23505")
        }
    }
}
