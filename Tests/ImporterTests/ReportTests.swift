import Domain
import Importers
import Testing

@Suite struct ReportTests {
    @Test func casesAreCountedAndListedByName() {
        var report = ImportReport()
        let finding = ImportFinding(.laterality, file: "l.nii.gz", problem: "sides", remedy: "look")
        let error = ImportError.missingFile(file: "i.nii.gz", role: "image")
        report.record("d", .accepted)
        report.record("c", .unchanged)
        report.record("b", CaseOutcome([finding, finding]))
        report.record("a", CaseOutcome(error))
        report.record("e", CaseOutcome(.waitsForImage(file: "l.nii.gz")))
        report.findings = [finding]
        #expect(CaseOutcome.Kind.allCases.map(report.count) == [1, 1, 1, 1, 0, 1, 0])
        #expect(report.failures == 1 && report.present == 3)
        #expect(report.rows.map(\.case) == [nil, "a", "b", "b", "c", "d", "e"])
        #expect(report.rows.map(\.outcome) == [.warned, .refused, .warned, .warned, .unchanged, .accepted, .waiting])
        #expect(report.rows[1].problem == "the image is missing" && report.rows[1].remedy == error.remedy)
        #expect(report.rows[4].file == nil)
    }

    @Test func longListsAreCutWithTheirLength() {
        let error = ImportError.unknownValues(file: "l.nii.gz", values: Array(1...50))
        #expect(error.problem.hasSuffix("19, 20 and 30 more"))
        #expect(error.description.hasPrefix("l.nii.gz: "))
    }
}
