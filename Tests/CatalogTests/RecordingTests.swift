import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// What an import writes through the API.
@Suite struct RecordingTests {
    @Test func aCaseRecordedTwiceIsUnchangedAndDrawsNoRevision() async throws {
        try await World.with { world async throws in
            let labels = [annotated("liver", 1), absent("spleen"), shipped("stomach", 2)]
            let first = try await world.catalog.add("A", scan: 1, labels)
            #expect(first.isNewVolume && first.isNewSource && first.newLabels == 3)
            let revision = try await world.revision()
            let second = try await world.catalog.add("A", scan: 1, labels)
            #expect(second.isUnchanged)
            #expect(second.volume == first.volume)
            #expect(try await world.revision() == revision)
            #expect(try await world.manager.number("select count(*) from lacuna.mask") == 2)
        }
    }

    @Test func aCaseDoesNotBecomeTheScanOfAnother() async throws {
        try await World.with { world async throws in
            let first = try await world.catalog.add("A", scan: 1, case: "x", [annotated("liver", 1)])
            let second = try await world.catalog.add("A", scan: 2, case: "y", [annotated("liver", 2)])
            let revision = try await world.revision()
            func refusal(_ body: () async throws -> Void) async -> ExchangedScan? {
                do {
                    try await body()
                    return nil
                } catch CatalogError.exchangedScan(let scan) {
                    return scan
                } catch {
                    Issue.record(error)
                    return nil
                }
            }
            let known = await refusal { try await world.catalog.add("A", scan: 2, case: "x", [annotated("liver", 3)]) }
            #expect(known?.caseName == "x" && known?.volume == first.volume)
            #expect(known?.shown == second.volume && known?.shownAs == ["A/y"])
            #expect(try await world.revision() == revision)

            // An image that the catalogue does not have is a new volume.
            let place = try await world.catalog.place(ofDataset: "A", release: "1")
            let new = source(scan: 5, case: "x", subject: "x")
            #expect(try await world.catalog.replacedVolume(by: new, in: place) == first.volume)
            let replaced = try await world.catalog.add("A", scan: 5, case: "x", [annotated("liver", 5)])
            #expect(replaced.isNewVolume)

            // In another release, and under another name, it may be whatever it is.
            try await world.catalog.add("A", release: "2", scan: 2, case: "x", subject: "y", [annotated("liver", 3)])
            try await world.catalog.add("A", scan: 3, case: "z", [annotated("liver", 4)])
            #expect(try await world.catalog.add("A", scan: 1, case: "x", [annotated("liver", 1)]).isUnchanged)
        }
    }

    @Test func aChangedLabelIsANewVersionWithItsParent() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 1, [annotated("liver", 1), annotated("spleen", 2)])
            let again = try await world.catalog.add(
                "A", scan: 1, file: 1, [annotated("liver", 3), annotated("spleen", 2)])
            #expect(again.newLabels == 1)
            #expect(
                try await world.manager.ask(
                    "select id, parent_id from lacuna.mask where organ_id = 1 order by id") == ["1|-", "3|1"])
            #expect(
                try await world.manager.ask(
                    "select id, parent_id, mask_id from lacuna.annotation where organ_id = 1 order by id")
                    == ["1|-|1", "3|1|3"])
            let history = try await world.catalog.maskHistory(volume: again.volume, organ: "liver")
            #expect(history.map(\.isCurrent) == [false, true])
            #expect(history.map(\.mask.content) == [digest(1), digest(3)])
        }
    }

    @Test func anotherExtentOfTheSameMaskIsANewWord() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 1, [annotated("liver", 1)])
            let cut = try await world.catalog.add("A", scan: 1, [partial("liver", 1)])
            #expect(cut.newLabels == 1)
            #expect(try await world.catalog.coverage().map(\.partial) == [1])
            let again = try await world.catalog.add("A", scan: 1, [partial("liver", 1)])
            #expect(again.isUnchanged)
        }
    }

    @Test func aReleaseTakesAShippedLabelOverIntoAnAnnotationAndBack() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 1, [shipped("liver", 1)])
            try await world.catalog.add("A", scan: 1, file: 1, [annotated("liver", 1)])
            #expect(try await world.plainStates() == ["1|liver|annotated|expert"])
            let back = try await world.catalog.add("A", scan: 1, file: 2, [shipped("liver", 1)])
            #expect(back.newLabels == 1)
            #expect(try await world.plainStates() == ["1|liver|pseudo|model"])
            let again = try await world.catalog.add("A", scan: 1, file: 2, [shipped("liver", 1)])
            #expect(again.isUnchanged)
        }
    }

    @Test func twoDatasetsThatShareAScanKeepBothAnnotations() async throws {
        try await World.with { world async throws in
            let first = try await world.catalog.add("A", scan: 1, [annotated("liver", 1, origin: .assisted)])
            let second = try await world.catalog.add("B", scan: 1, case: "x", [annotated("liver", 2, origin: .expert)])
            #expect(first.volume == second.volume && !second.isNewVolume && second.isNewSource)
            #expect(try await world.catalog.volumes().map(\.sources.count) == [2])
            #expect(try await world.manager.number("select count(*) from lacuna.annotation") == 2)
            let current = try await world.catalog.maskLocation(volume: first.volume, organ: "liver")
            #expect(current.content == digest(2))

            try await world.catalog.add("A", release: "2", scan: 1, [annotated("liver", 3, origin: .assisted)])
            #expect(try await world.catalog.maskLocation(volume: first.volume, organ: "liver").content == digest(2))
            try await world.catalog.add("A", release: "3", scan: 1, [annotated("liver", 4, origin: .expert)])
            #expect(try await world.catalog.maskLocation(volume: first.volume, organ: "liver").content == digest(4))
        }
    }

    @Test func aModelMadeLabelIsPseudoAndGivesWayToAnAnnotation() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1, [shipped("liver", 1)]).volume
            #expect(try await world.catalog.labels().map(\.status) == [.pseudo])
            #expect(try await world.catalog.labels().map(\.origin) == [.model])
            try await world.catalog.add("B", scan: 1, [absent("liver")])
            #expect(try await world.catalog.labels().map(\.status) == [.absent])
            await #expect(throws: CatalogError.noMask(volume: volume, organ: "liver")) {
                try await world.catalog.maskLocation(volume: volume, organ: "liver")
            }
        }
    }

    @Test func aFailedImportLeavesNothing() async throws {
        try await World.with { world async throws in
            let before = try await world.revision()
            let state = try await refusal {
                // The object that the mask names has the hash of nothing: 31 bytes are refused, as is a wrong box.
                var broken = mask(1)
                broken.length = 0
                let label = LabelRecord(organ: "liver", status: .annotated, origin: .expert, mask: broken, file: 0)
                try await world.catalog.add("A", scan: 1, [label])
            }
            #expect(state == "23514")
            #expect(try await world.revision() == before)
            #expect(try await world.manager.number("select count(*) from lacuna.volume") == 0)
        }
    }

    @Test func strictRecordingIsAllOrNothing() async throws {
        try await World.with { world async throws in
            let activity = try await world.catalog.startActivity(.import)
            let release = try await world.catalog.release(
                ReleaseRecord(
                    dataset: "A", release: "1", layout: "msd", origin: .expert, licence: nil, licenceSource: nil,
                    root: "/data"), activity: activity)
            struct Stop: Error {}
            await #expect(throws: Stop.self) {
                try await world.catalog.recordAll { scope async throws in
                    _ = try await scope.record(
                        source(scan: 1, case: "c1", subject: "p1"), labelFiles: [labelFile("c1")], in: release,
                        activity: activity, labels: CaseLabels([annotated("liver", 1)]))
                    throw Stop()
                }
            }
            #expect(try await world.manager.number("select count(*) from lacuna.volume") == 0)
            #expect(try await world.catalog.coverage().isEmpty)
        }
    }

    @Test func aVolumeAnswersToItsIdItsCaseAndItsFile() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1, case: "c1").volume
            try await world.catalog.add("A", scan: 2, case: "c2")
            for name in ["\(volume)", "A/c1", "images/c1.nii.gz", "/data/A/images/c1.nii.gz"] {
                #expect(try await world.catalog.volume(named: name).id == volume)
            }
            await #expect(throws: CatalogError.unknownVolume("A/c9")) {
                try await world.catalog.volume(named: "A/c9")
            }
            #expect(try await world.catalog.volumes(after: volume).map(\.id) == [VolumeID(volume.rawValue + 1)])
        }
    }
}
