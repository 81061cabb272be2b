import Catalog
import Domain
import TestSupport
import Testing

/// Labels without images are recorded, are not in coverage, and stop waiting when a source has them.
@Suite struct WaitingTests {
    private func waiting(_ name: String, _ n: Int = 0) -> WaitingRecord {
        WaitingRecord(caseName: name, subjectKey: name, file: labelFile(name, n))
    }

    private func release(_ world: World) async throws -> (ReleaseHandle, ActivityID) {
        let activity = try await world.catalog.startActivity(.import)
        let record = ReleaseRecord(
            dataset: "A", release: "1", layout: "msd", origin: .expert, licence: nil, licenceSource: nil,
            root: "/data/A")
        return (try await world.catalog.release(record, activity: activity), activity)
    }

    @Test func aLabelWaitsUntilASourceHasIt() async throws {
        try await World.with { world async throws in
            let (release, activity) = try await release(world)
            let before = try await world.revision()
            let both = [waiting("case1"), waiting("case2")]
            #expect(
                try await world.catalog.recordWaiting(both, gone: [], in: release, activity: activity) == 2)
            #expect(
                try await world.catalog.recordWaiting(both, gone: [], in: release, activity: activity) == 0)
            #expect(try await world.revision() == before, "no label state changed")
            #expect(try await world.catalog.coverage().allSatisfy { $0.volumes == 0 })
            #expect(try await world.catalog.datasets().map(\.waiting) == [2])
            #expect(try await world.catalog.waitingLabels(dataset: "A").map(\.caseName) == ["case1", "case2"])

            try await world.catalog.add("A", scan: 1, [annotated("liver", 1)])
            #expect(try await world.catalog.waitingLabels(dataset: "A").map(\.caseName) == ["case2"])
            #expect(
                try await world.catalog.recordWaiting(both, gone: [], in: release, activity: activity) == 0,
                "what has an image does not wait again")
            #expect(try await world.manager.number("select count(*) from lacuna.waiting_label") == 3)
        }
    }

    @Test func otherBytesAreANewRowAndAVanishedFileWaitsNoMore() async throws {
        try await World.with { world async throws in
            let (release, activity) = try await release(world)
            let catalog = world.catalog
            _ = try await catalog.recordWaiting([waiting("case1", 1)], gone: [], in: release, activity: activity)
            #expect(
                try await catalog.recordWaiting([waiting("case1", 2)], gone: [], in: release, activity: activity) == 1)
            let now = try await catalog.waitingLabels(dataset: "A", release: "1")
            #expect(now.map(\.sha256) == [labelFile("case1", 2).sha256])
            _ = try await catalog.recordWaiting(
                [], gone: [labelFile("case1").path], in: release, activity: activity)
            #expect(try await catalog.waitingLabels(dataset: "A").isEmpty)
            #expect(try await world.manager.number("select count(*) from lacuna.waiting_label") == 3)
        }
    }

    @Test func theImageOfAnotherReleaseLiesUnderItsRoot() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("images", scan: 1)
            let images = Int32(try await world.manager.number("select id from lacuna.release"))
            let (release, activity) = try await release(world)
            var record = source(scan: 1, case: "case1", subject: "case1")
            record.imageRelease = images
            let made = try await world.catalog.record(
                record, labelFiles: [labelFile("case1")], in: release, activity: activity,
                storing: { CaseLabels([annotated("liver", 1)]) })
            #expect(!made.isNewVolume)
            let volume = try await world.catalog.volume(named: "A/case1")
            #expect(volume.sources.map(\.root) == ["/data/images", "/data/images"])
            #expect(
                try await world.catalog.files(of: "A", release: "1").map(\.path) == ["labels/case1.nii.gz"],
                "the image moves with the release that brought it")
        }
    }
}
