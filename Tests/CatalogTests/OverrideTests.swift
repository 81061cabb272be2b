import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// A person releases the masks of an organ that a round withheld as a whole.
@Suite struct OverrideTests {
    @Test func theMasksOfAWithheldOrganBecomeLabels() async throws {
        try await withWithheldSpleen { world, held, volumes async throws in
            let before = try await world.history()
            let details = try #require(try await world.catalog.roundDetails(run: "r", round: 0))
            #expect(try await world.catalog.withheldCounts(of: details.id) == ["spleen": 2])
            try await world.catalog.override(run: "r", round: 0, organs: ["spleen"], reason: "looked at")
            #expect(
                try await world.shown() == [
                    "2|liver|10|r/0", "2|spleen|11|r/0", "3|liver|12|r/0", "3|spleen|13|r/0",
                ])
            #expect(try await world.history(upTo: before.count) == before)
            #expect(try await world.catalog.withheldCounts(of: details.id) == [:])
            #expect(try await world.catalog.withheldMasks() == [])
            let override = try #require(try await world.catalog.overrides(of: details.id).first)
            #expect(override.organ == "spleen" && override.reason == "looked at" && override.who == "lacuna")
            let entry = try #require(try await world.catalog.log(LogFilter(limit: 1)).first)
            #expect(
                entry.kind == "override" && entry.round == "r/0" && entry.reason == "looked at" && entry.labels == 2)
            try await expectTrueCoverage(world)
            _ = (held, volumes)
        }
    }

    /// The next round was planned before; it trains on what was shown when the round was published.
    @Test func theNextRoundDoesNotTrainOnWhatIsReleasedMeanwhile() async throws {
        try await withWithheldSpleen { world, held, volumes async throws in
            let before = try await world.training.pseudoLabels(of: held.rounds[0].id)
            try await world.catalog.override(run: "r", round: 0, organs: ["spleen"], reason: "looked at")
            #expect(try await world.training.pseudoLabels(of: held.rounds[0].id) == before)
            try await world.stage(held, 1, try await world.checkpoint(held, 1), volumes[1], [("liver", 20, 0.5)])
            try await world.publish(held, 1, withheld: ["spleen"])
            let labels = try await world.training.pseudoLabels(of: held.rounds[1].id)
            #expect(labels.map(\.organ) == ["liver", "spleen", "spleen"])
            #expect(try await world.shown() == ["2|liver|20|r/1", "2|spleen|11|r/0", "3|spleen|13|r/0"])
        }
    }

    @Test func aRollbackToTheRoundKeepsWhatWasReleased() async throws {
        try await withWithheldSpleen { world, held, volumes async throws in
            try await world.catalog.override(run: "r", round: 0, organs: ["spleen"], reason: "looked at")
            let released = try await world.shown()
            try await world.stage(
                held, 1, try await world.checkpoint(held, 1), volumes[1], [("liver", 20, 0.5), ("spleen", 21, 0.5)])
            try await world.publish(held, 1)
            #expect(try await world.catalog.rollBack(run: "r", organs: nil, to: 0, reason: "test"))
            #expect(try await world.shown() == released)
            #expect(try await world.catalog.rollBack(run: "r", organs: ["spleen"], to: nil, reason: "test"))
            #expect(try await world.shown() == ["2|liver|10|r/0", "3|liver|12|r/0"])
            try await expectTrueCoverage(world)
        }
    }

    /// Withdrawn volumes get no label, annotated ones keep their annotation.
    @Test func onlyVolumesInUseGetLabels() async throws {
        try await withWithheldSpleen { world, _, volumes async throws in
            #expect(try await world.catalog.withdraw(.volume(volumes[1]), recalling: false, reason: "artefacts"))
            try await world.catalog.add("A", scan: 3, [annotated("spleen", 40)])
            try await world.catalog.override(run: "r", round: 0, organs: ["spleen"], reason: "looked at")
            #expect(try await world.shown() == ["3|liver|12|r/0"])
            #expect(try await world.catalog.restore(.volume(volumes[1]), reason: "none"))
            #expect(try await world.shown() == ["2|liver|10|r/0", "3|liver|12|r/0"])
            try await expectTrueCoverage(world)
        }
    }

    @Test func nothingElseIsReleased() async throws {
        try await withWithheldSpleen { world, held, volumes async throws in
            #expect(try await world.override(0, ["liver"]) == "LA005", "not withheld")
            #expect(try await world.override(0, ["stomach"]) == "LA004", "not learned")
            #expect(try await world.override(0, []) == "LA004", "no organ")
            #expect(try await world.override(0, ["spleen"], reason: " ") == "LA004", "no reason")
            #expect(try await world.override(0, ["spleen", "liver"]) == "LA005", "all or none")
            #expect(try await world.override(0, ["spleen"]) == nil)
            #expect(try await world.override(0, ["spleen"]) == "LA005", "twice")
            try await world.stage(held, 1, try await world.checkpoint(held, 1), volumes[1], [("liver", 20, 0.5)])
            try await world.publish(held, 1, withheld: ["spleen"])
            #expect(try await world.override(1, ["spleen"]) == "LA005", "no masks")
            let trainer = try await world.trainer.refusal(
                of: "select lacuna.override_organs(\(held.rounds[0].id), '{spleen}', 'p', 'x')")
            #expect(trainer == "42501")
        }
    }

    /// A label without voxels would state that the organ is not there.
    @Test func emptyMasksStayWithheld() async throws {
        try await withWithheldSpleen(confidences: [nil, 0.6]) { world, held, volumes async throws in
            let id = held.rounds[0].id
            #expect(try await world.catalog.emptyWithheldCount(of: id, ["spleen"]) == 1)
            #expect(try await world.override(0, ["spleen"]) == nil)
            #expect(try await world.shown() == ["2|liver|10|r/0", "3|liver|12|r/0", "3|spleen|13|r/0"])
            #expect(try await world.catalog.withheldCounts(of: id) == ["spleen": 1])
            try await expectTrueCoverage(world)
        }
        try await withWithheldSpleen(confidences: [nil, nil]) { world, _, _ async throws in
            #expect(try await world.override(0, ["spleen"]) == "LA005", "only empty masks")
        }
    }

    @Test func aLaterPublicationPreventsTheRelease() async throws {
        try await withWithheldSpleen { world, held, volumes async throws in
            try await world.stage(held, 1, try await world.checkpoint(held, 1), volumes[1], [("spleen", 21, 0.5)])
            try await world.publish(held, 1)
            #expect(try await world.override(0, ["spleen"]) == "LA005")
        }
    }

    @Test func onlyTheCurrentRunIsReleased() async throws {
        try await withWithheldSpleen { world, _, _ async throws in
            _ = try await world.start("other", organs: ["liver"])
            try await world.catalog.adopt(run: "other")
            #expect(try await world.override(0, ["spleen"]) == "LA005")
            try await world.catalog.adopt(run: "r")
            #expect(try await world.override(0, ["spleen"]) == nil)
        }
    }

    @Test func aRecalledRoundIsNotReleased() async throws {
        try await withWithheldSpleen { world, _, volumes async throws in
            let subject = Withdrawable.subject(try await world.catalog.subject(of: volumes[0]))
            #expect(try await world.catalog.withdraw(subject, recalling: true, reason: "consent"))
            #expect(try await world.override(0, ["spleen"]) == "LA010")
        }
    }

    /// A removal hides released labels with their round, and a restoration shows them again.
    @Test func releasedLabelsAreRecalledWithTheirRound() async throws {
        try await withWithheldSpleen { world, _, volumes async throws in
            try await world.catalog.override(run: "r", round: 0, organs: ["spleen"], reason: "looked at")
            let released = try await world.shown()
            let subject = Withdrawable.subject(try await world.catalog.subject(of: volumes[0]))
            #expect(try await world.catalog.withdraw(subject, recalling: true, reason: "consent"))
            #expect(try await world.shown() == [])
            #expect(try await world.catalog.restore(subject, reason: "given again"))
            #expect(try await world.shown() == released)
            try await expectTrueCoverage(world)
        }
    }

    /// Round 0 has published the liver, and withheld the spleen with its masks.
    ///
    /// - Parameter confidences: of the spleen in two volumes; nil: its mask is empty.
    private func withWithheldSpleen(
        confidences: [Double?] = [0.6, 0.6], _ body: (World, HeldRun, [VolumeID]) async throws -> Void
    ) async throws {
        try await World.withWithholdingRun { world, held, volumes async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            for (place, n) in [(1, 10), (2, 12)] {
                try await world.stage(
                    held, 0, checkpoint, volumes[place],
                    [("liver", n, 0.5), ("spleen", n + 1, confidences[place - 1])],
                    withheld: ["spleen"], quality: World.quality)
            }
            try await world.publish(held, 0, withheld: ["spleen"])
            try await body(world, held, volumes)
        }
    }
}

extension World {
    /// The SQLSTATE of a refusal.
    fileprivate func override(_ round: Int, _ organs: [OrganKey], reason: String = "looked at") async throws -> String?
    {
        try await refusal { try await catalog.override(run: "r", round: round, organs: organs, reason: reason) }
    }
}
