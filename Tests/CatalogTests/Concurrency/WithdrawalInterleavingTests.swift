import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// A removal concurrent with an import, a publication and a change of policy.
@Suite(.timeLimit(.minutes(5))) struct WithdrawalInterleavingTests {
    @Test func aRemovalWaitsForAnImportAndWithholdsItsLabelsToo() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            let a = try await world.catalog.dataset(named: "A")
            let other = try await world.connect(as: "lacuna")
            let process = await other.backendProcess
            try await world.manager.execute(absence(of: volume))
            let remover = LabelCatalog(other, program: "other")
            async let removing = remover.withdraw(.dataset(a), recalling: true, reason: "consent")
            try await world.root.awaitBlocked(process)
            try await world.manager.execute("commit")
            #expect(try await removing)
            #expect(try await world.plainStates() == [])
            try await expectTrueCoverage(world)
            #expect(try await world.catalog.restore(.dataset(a), reason: "given again"))
            #expect(
                try await world.plainStates() == ["\(volume)|liver|annotated|expert", "\(volume)|spleen|absent|expert"])
            try await expectTrueCoverage(world)
        }
    }

    @Test func anImportThatWaitsForARemovalIsRefused() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 1, [annotated("liver", 1)])
            let other = try await world.connect(as: "lacuna")
            let process = await other.backendProcess
            try await world.manager.execute("begin; select lacuna.withdraw(1, null, null, true, true, 'consent', 'x')")
            let importer = LabelCatalog(other, program: "other")
            async let refused = refusal { try await importer.add("A", scan: 2, [annotated("liver", 2)]) }
            try await world.root.awaitBlocked(process)
            try await world.manager.execute("commit")
            #expect(try await refused == "LA010")
            #expect(try await world.plainStates() == [])
            try await expectTrueCoverage(world)
        }
    }

    @Test func aRemovalThatMeetsAPublicationRecallsIt() async throws {
        try await World.with { world async throws in
            let trained = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            let blank = try await world.catalog.add("B", scan: 2).volume
            try await world.catalog.split("s", [(trained, .train), (blank, .train)])
            let held = try await world.start("r")
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, blank, [("liver", 20, 0.9)])
            let process = await world.manager.backendProcess
            let (claim, round) = (held.claim, held.rounds[0].id)
            try await world.trainer.execute(
                """
                begin;
                select lacuna.publish_round(\(claim.job), \(claim.token), \(round), 'relabelling', 'published', '{}', '{}');
                """)
            async let removing = world.catalog.withdraw(.dataset(DatasetID(1)), recalling: true, reason: "consent")
            try await world.root.awaitBlocked(process)
            try await world.trainer.execute("commit")
            #expect(try await removing)
            #expect(try await world.plainStates() == [])
            try await expectTrueCoverage(world)
        }
    }

    @Test func aPolicyWaitsForAnImportAndWeighsItsLabelsToo() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1, [annotated("spleen", 1)]).volume
            let other = try await world.connect(as: "lacuna")
            let process = await other.backendProcess
            try await world.manager.execute(absence(of: volume))
            let chooser = LabelCatalog(other, program: "other")
            async let choosing = chooser.setAnnotationPolicy(AnnotationPolicy(kind: .release), reason: "x")
            try await world.root.awaitBlocked(process)
            try await world.manager.execute("commit")
            #expect(try await choosing)
            #expect(try await world.plainStates() == ["\(volume)|spleen|absent|expert"])
            try await expectTrueCoverage(world)
        }
    }

    // MARK: -

    /// The first release contains the absence of the spleen.
    private func absence(of volume: VolumeID) -> String {
        """
        begin;
        insert into lacuna.change (activity_id) values (1);
        insert into lacuna.annotation (volume_id, organ_id, release_id, status, origin, change_id)
        values (\(volume), 2, 1, 'absent', 'expert', (select max(id) from lacuna.change));
        """
    }
}
