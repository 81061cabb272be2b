import Catalog
import Domain
import Postgres
import Testing

/// Identifiers in DICOM slices are recorded with each case, and join subjects in a step of their own.
@Suite struct SeriesJoinTests {
    private let release: Int32 = 1

    /// Imports a series of dataset A under a subject of its own.
    @discardableResult
    private func add(_ world: World, scan: Int, patient: Int, study: Int) async throws -> RecordedCase {
        let catalog = world.catalog
        let activity = try await catalog.startActivity(.import)
        let release = try await catalog.release(
            ReleaseRecord(
                dataset: "A", release: "1", layout: "msd", origin: .expert, licence: nil, licenceSource: nil,
                root: "/data/A"), activity: activity)
        var record = source(scan: scan, case: "case\(scan)", subject: "case\(scan)")
        record.series = SeriesRecord(
            patient: digest(6_000_000 + patient), study: digest(7_000_000 + study), series: digest(8_000_000 + scan))
        return try await catalog.record(
            record, labelFiles: [labelFile("case\(scan)")], in: release, activity: activity,
            storing: { CaseLabels([]) })
    }

    private func join(_ world: World, _ scans: [(RecordedCase, RecordedCase)]) async throws -> Int {
        var joins: [SeriesJoin] = []
        for (one, other) in scans {
            joins.append(
                SeriesJoin(
                    try await world.catalog.subject(of: one.volume), try await world.catalog.subject(of: other.volume),
                    cause: .study, caseName: "A/case2"))
        }
        let activity = try await world.catalog.startActivity(.import)
        let decided = joins
        return try await world.catalog.joinBySeries(activity: activity) {
            SeriesDecision(ended: [], joins: decided)
        }.merges.count
    }

    @Test func recordingJoinsNothingAndHoldersShareAnIdentifier() async throws {
        try await World.with { world async throws in
            for scan in 1...3 { #expect(try await add(world, scan: scan, patient: 1, study: scan).merges.isEmpty) }
            try await add(world, scan: 4, patient: 2, study: 4)
            #expect(try await world.catalog.subjects().count == 4)
            let holders = try await world.catalog.seriesHolders(of: release)
            #expect(holders.map(\.name) == ["A/case1", "A/case2", "A/case3", "A/case4"])
            #expect(Set(holders.map(\.patient)).count == 2 && holders.allSatisfy { $0.statedKey == nil })
            let one = try await world.catalog.seriesHolders(of: nil, studies: [digest(7_000_002)])
            #expect(one.map(\.name) == ["A/case1", "A/case2", "A/case3"], "all cases of its patient are counted")
        }
    }

    @Test func contradictionsOfSubjectsAreListed() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            func found(_ volume: VolumeID? = nil, dataset: String? = nil) async throws -> [String] {
                try await catalog.differingSubjects(volume: volume, dataset: dataset).map {
                    "\($0.evidence) \($0.first) \($0.firstSubject) \($0.other) \($0.otherSubject) \($0.areApart)"
                }
            }
            // Cases 1 and 2 share a patient identifier, 2 and 3 a study, under subjects of their own.
            var cases: [RecordedCase] = []
            for (patient, study) in [(1, 1), (1, 2), (2, 2), (3, 3)] {
                cases.append(try await add(world, scan: cases.count + 1, patient: patient, study: study))
            }
            let both = [
                "patient A/case1 A/case1 A/case2 A/case2 false", "study A/case2 A/case2 A/case3 A/case3 false",
            ]
            #expect(try await found() == both)
            #expect(try await found(cases[2].volume) == [both[1]])
            #expect(try await found(dataset: "B") == [])
            // A join of two whose patient identifiers differ.
            let (third, fourth) = (
                try await catalog.subject(of: cases[2].volume), try await catalog.subject(of: cases[3].volume)
            )
            let reason = JSONText(#"{"reason": "test"}"#)
            _ = try await catalog.joinSubjects(third, fourth, parameters: reason)
            #expect(try await found(cases[3].volume) == ["patients A/case3 A/case3 A/case4 A/case3 false"])
            // Equal voxels under the key of another, who is known to be another.
            let join = try #require(try await catalog.subject(third).joins.last)
            _ = try await catalog.takeApart(join, of: third, parameters: reason)
            try await catalog.add("A", scan: 3, case: "again", subject: "case4")
            #expect(try await found(cases[3].volume) == [])
            #expect(try await found(cases[2].volume).contains("voxels A/case3 A/case3 A/again A/case4 true"))
            // What is removed contradicts nothing.
            _ = try await catalog.withdraw(
                .dataset(try await catalog.dataset(named: "A")), recalling: true, reason: "test")
            #expect(try await found() == [])
        }
    }

    @Test func aNewScanOfAPurgedPatientIsRefused() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let known = try await add(world, scan: 1, patient: 1, study: 1).volume
            let subject = try await catalog.subject(of: known)
            let annotation = PersonalAnnotation(volume: known, organ: "liver", rater: "", origin: .expert)
            _ = try await catalog.record(annotation, kind: .correction, parameters: JSONText("{}")) { _ in
                AnnotationContent(mask: mask(9))
            }
            #expect(try await catalog.withdraw(.subject(subject), recalling: true, reason: "consent"))
            _ = try await catalog.purge(.subject(subject), reason: "consent")
            #expect(try await catalog.purgePlan(.subject(subject)).count { $0.purged != nil } == 1)
            await #expect(throws: CatalogError.self) { try await add(world, scan: 2, patient: 1, study: 2) }
            await #expect(throws: CatalogError.self) { try await add(world, scan: 2, patient: 5, study: 1) }
            try await add(world, scan: 2, patient: 5, study: 2)
        }
    }

    @Test func aJoinThatEndedIsTakenApartAndTheOthersStay() async throws {
        try await World.with { world async throws in
            let cases = [
                try await add(world, scan: 1, patient: 1, study: 1),
                try await add(world, scan: 2, patient: 1, study: 2),
                try await add(world, scan: 3, patient: 1, study: 3),
            ]
            _ = try await join(world, [(cases[0], cases[1]), (cases[0], cases[2])])
            let subject = try await world.catalog.subject(of: cases[0].volume)
            let joins = try await world.catalog.identifierJoins(of: [subject])
            #expect(joins.map(\.merged) == [[cases[2].volume], [cases[1].volume]] && !joins[0].isSupported)
            let activity = try await world.catalog.startActivity(.import)
            let ended = try await world.catalog.joinBySeries(activity: activity) {
                let now = try await world.catalog.identifierJoins(of: [subject])
                return SeriesDecision(ended: now.filter { $0.id == joins[1].id }, joins: [])
            }.ended
            #expect(ended == 1)
            #expect(try await world.catalog.subject(subject).volumes == [cases[0].volume, cases[2].volume])
            try await expectTrueCoverage(world)
        }
    }

    @Test func aJoinIsRecordedWithItsCauseAndHoldersKeepTheirOrigin() async throws {
        try await World.with { world async throws in
            let cases = [
                try await add(world, scan: 1, patient: 1, study: 1),
                try await add(world, scan: 2, patient: 1, study: 1),
                try await add(world, scan: 3, patient: 1, study: 1),
            ]
            #expect(try await join(world, [(cases[0], cases[1]), (cases[1], cases[2]), (cases[0], cases[2])]) == 2)
            let subject = try await world.catalog.subject(of: cases[2].volume)
            let facts = try await world.catalog.subject(subject)
            #expect(facts.volumes.count == 3 && facts.joins.map(\.cause) == [.study, .study])
            let holders = try await world.catalog.seriesHolders(of: release)
            #expect(Set(holders.map(\.subject)) == [subject])
            #expect(Set(holders.map(\.origin)).count == 3)
            #expect(try await add(world, scan: 3, patient: 1, study: 1).isUnchanged)
            try await expectTrueCoverage(world)
        }
    }
}
