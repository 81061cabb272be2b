import Catalog
import Domain
import Testing

/// Identifiers in DICOM slices show which subjects are the same patient.
@Suite struct SeriesMergeTests {
    /// Imports a series of dataset A under a subject of its own.
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

    @Test func aSeriesWithTheStudyOfOneSubjectAndThePatientOfAnotherMergesBoth() async throws {
        try await World.with { world async throws in
            let patient = try await add(world, scan: 1, patient: 1, study: 1)
            let study = try await add(world, scan: 2, patient: 2, study: 2)
            #expect(patient.merges.isEmpty && study.merges.isEmpty)
            let both = try await add(world, scan: 3, patient: 1, study: 2)
            #expect(both.merges.count == 2)
            let subject = try await world.catalog.subject(of: both.volume)
            #expect(try await world.catalog.subject(of: patient.volume) == subject)
            #expect(try await world.catalog.subject(of: study.volume) == subject)
            #expect(try await add(world, scan: 3, patient: 1, study: 2).isUnchanged)
            try await expectTrueCoverage(world)
        }
    }

    @Test func aSeriesOfOneKnownSubjectIsMergedOnce() async throws {
        try await World.with { world async throws in
            let first = try await add(world, scan: 1, patient: 1, study: 1)
            let second = try await add(world, scan: 2, patient: 1, study: 1)
            #expect(second.merges.count == 1)
            #expect(try await world.catalog.subjects().count == 1)
            let subject = try await world.catalog.subject(of: second.volume)
            #expect(try await world.catalog.subject(of: first.volume) == subject)
        }
    }
}
