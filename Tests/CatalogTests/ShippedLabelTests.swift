import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// Model-made labels that releases ship: which are current, and which are retracted.
@Suite struct ShippedLabelTests {
    @Test func whatTheFilesSayNoMoreIsTakenBackAndStaysInTheHistory() async throws {
        try await World.with { world async throws in
            let first = try await world.catalog.add("A", scan: 1, [shipped("liver", 1), shipped("spleen", 2)])
            let before = try await world.revision()
            let again = try await world.catalog.add("A", scan: 1, [shipped("spleen", 2)])
            #expect(again.takenBack == ["liver"] && again.newLabels == 0 && !again.isUnchanged)
            #expect(try await world.plainStates() == ["1|spleen|pseudo|model"])
            #expect(try await world.states(before).count == 2, "what was shown then is shown as of then")
            try await expectTrueCoverage(world)
            let history = try await world.catalog.history(volume: first.volume, organ: "liver")
            #expect(history.map(\.status) == [.pseudo, .unlabelled])
            #expect(history.map(\.statusAfter) == [.pseudo, .unlabelled])
            #expect(try await world.catalog.labelCounts(of: "A").filter { $0.pseudo > 0 }.map(\.organ) == ["spleen"])

            let revision = try await world.revision()
            #expect(try await world.catalog.add("A", scan: 1, [shipped("spleen", 2)]).isUnchanged)
            #expect(try await world.revision() == revision, "nothing is taken back twice")
            #expect(
                try await world.catalog.add("A", scan: 1, [shipped("liver", 1), shipped("spleen", 2)]).newLabels == 1)
            #expect(try await world.plainStates().count == 2)
            try await expectTrueCoverage(world)
        }
    }

    @Test func beneathATakenBackLabelThatOfAnOlderReleaseShows() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", release: "1", scan: 1, [shipped("liver", 1)])
            try await world.catalog.add("A", release: "2", scan: 1, [shipped("liver", 2)])
            try await world.catalog.add("A", release: "2", scan: 1, [])
            #expect(try await world.plainStates() == ["1|liver|pseudo|model"])
            #expect(
                try await world.manager.ask(
                    "select s.mask_id from lacuna.shipped_current c join lacuna.shipped_label s on s.id = c.shipped_label_id"
                )
                    == ["1"])
            try await expectTrueCoverage(world)
            try await world.catalog.add("A", release: "1", scan: 1, [])
            #expect(try await world.plainStates().isEmpty)
            try await expectTrueCoverage(world)
        }
    }

    @Test func anOlderReleaseTakesNothingOfANewerOneBack() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", release: "1", scan: 1, [shipped("liver", 1)])
            try await world.catalog.add("A", release: "2", scan: 1, [shipped("liver", 2)])
            try await world.catalog.add("A", release: "1", scan: 1, [])
            #expect(
                try await world.manager.ask(
                    "select s.mask_id from lacuna.shipped_current c join lacuna.shipped_label s on s.id = c.shipped_label_id"
                )
                    == ["2"])
            try await expectTrueCoverage(world)
        }
    }

    /// A removal and a restoration derive the current label again; retracted labels stay retracted.
    @Test func aRemovalAndItsEndBringNothingBack() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 1, [shipped("liver", 1), shipped("spleen", 2)])
            try await world.catalog.add("A", scan: 1, [shipped("spleen", 2)])
            let states = try await world.plainStates()
            let dataset = try await world.catalog.dataset(named: "A")
            #expect(try await world.catalog.withdraw(.dataset(dataset), recalling: true, reason: "x"))
            #expect(try await world.plainStates().isEmpty)
            #expect(try await world.catalog.restore(.dataset(dataset), reason: "x"))
            #expect(try await world.plainStates() == states)
            try await expectTrueCoverage(world)
        }
    }

    /// An annotation that replaces a shipped label of the release retracts it, so that it does not appear when the annotation is retracted.
    @Test func anAnnotationReplacesAShippedLabel() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 1, [shipped("liver", 1)])
            try await world.catalog.add("A", scan: 1, [annotated("liver", 2)])
            #expect(try await world.plainStates() == ["1|liver|annotated|expert"])
            let gone = try await world.catalog.add("A", scan: 1, [])
            #expect(gone.takenBack == ["liver"])
            #expect(try await world.plainStates().isEmpty)
            try await expectTrueCoverage(world)
        }
    }

    /// A later import's statement about a licence is added after the recorded ones, with its import.
    @Test func licencesAreAddedAndNeverChanged() async throws {
        try await World.with { world async throws in
            func state(_ texts: String...) async throws -> [String] {
                let activity = try await world.catalog.startActivity(.import)
                let all = texts.map { LicenceStatement(text: $0, source: "page") }
                _ = try await world.catalog.release(
                    ReleaseRecord(
                        dataset: "A", release: "1", layout: "msd", origin: .expert, licence: all.first?.text,
                        licenceSource: "page", root: "/a", otherLicences: Array(all.dropFirst())), activity: activity)
                return try await world.catalog.licences().map(\.statement.text)
            }
            #expect(try await state("CC BY 4.0") == ["CC BY 4.0"])
            #expect(try await state("CC BY-NC 4.0", "CC BY 4.0") == ["CC BY 4.0", "CC BY-NC 4.0"])
            #expect(try await state("CC BY-NC 4.0") == ["CC BY 4.0", "CC BY-NC 4.0"])
            #expect(try await state() == ["CC BY 4.0", "CC BY-NC 4.0"], "silence takes nothing back")
            #expect(
                try await world.manager.ask("select position, activity_id from lacuna.release_licence order by 1")
                    == ["1|1", "2|2"])
        }
    }
}
