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
        report.findings = [finding]
        #expect(CaseOutcome.Word.allCases.map(report.count) == [1, 1, 1, 0, 1])
        #expect(report.failures == 1 && report.present == 3)
        #expect(report.rows.map(\.case) == [nil, "a", "b", "b", "c", "d"])
        #expect(report.rows.map(\.outcome) == [.warned, .refused, .warned, .warned, .unchanged, .accepted])
        #expect(report.rows[1].problem == "the image is missing" && report.rows[1].remedy == error.remedy)
        #expect(report.rows[4].file == nil)
    }

    @Test func longListsAreCutWithTheirLength() {
        let error = ImportError.unknownValues(file: "l.nii.gz", values: Array(1...50))
        #expect(error.problem.hasSuffix("19, 20 and 30 more"))
        #expect(error.description.hasPrefix("l.nii.gz: "))
    }
}

@Suite struct LabelMapFileTests {
    @Test func valuesAndOrgansAreRead() throws {
        let map = try LabelMapFile.parse(
            "release: mine\nlabels:\n  2: [liver_tumour, liver]\n  1: Liver\n  3: arota\n", file: "m.yaml")
        #expect(map.release == "mine")
        #expect(map.values(of: "liver") == [1, 2] && map.values(of: "aorta") == [3])
        #expect(try LabelMapFile.parse("labels: {1: liver}", file: "in-house.yaml").release == "in-house")
    }

    @Test(arguments: ["labels: {0: liver}", "labels: {a: liver}", "labels: []", "x: [", "labels: {1: }", ""])
    func brokenMapsAreRefused(text: String) {
        guard
            case .unreadableDescription("m.yaml", _)? = importError({ _ = try LabelMapFile.parse(text, file: "m.yaml") }
            )
        else {
            Issue.record("accepted")
            return
        }
    }

    @Test func anUnknownOrganIsNamed() {
        #expect(
            importError { _ = try LabelMapFile.parse("labels: {1: warp core}", file: "m.yaml") }
                == .unknownOrgan(file: "m.yaml", organ: "warp core"))
    }
}
