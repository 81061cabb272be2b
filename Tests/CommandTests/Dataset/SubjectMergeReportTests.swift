import Foundation
import Phantoms
import TestSupport
import Testing

/// The report of an import that finds two subjects to be one patient.
@Suite struct SubjectMergeReportTests {
    private let files = FileManager.default

    private func subjects(_ rows: [String], _ bench: Workbench) throws -> String {
        let path = "\(bench.folder)/subjects.csv"
        try (["case,subject"] + rows).joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Two sets and a split: the second set's patient p is tested, the first set's two patients train.
    /// - Returns: the second set, to which p's older scan was added, the first set's `img0001`; and the table of subjects.
    private func proof(_ bench: Workbench) async throws -> (path: String, table: String) {
        let first = try PhantomData.write(.btcv, "first", scans: 1...2, in: bench)
        let second = try PhantomData.write(.btcv, "second", scans: 1...3, in: bench)
        let training = "\(second)/RawData/Training"
        let older = ["img/img0001.nii.gz", "label/label0001.nii.gz"]
        for name in older {
            try files.moveItem(
                atPath: "\(training)/\(name)", toPath: "\(bench.folder)/\(name.replacing("/", with: "_"))")
        }
        for name in ["img/img0002.nii.gz", "label/label0002.nii.gz"] {
            try files.removeItem(atPath: "\(training)/\(name)")
        }
        let table = try subjects(["img0003,p"], bench)
        #expect(try await bench.lacuna("dataset", "import", first).status == 0)
        #expect(try await bench.lacuna("dataset", "import", second, "--subjects", table).status == 0)
        let split = try await bench.lacuna("split", "create", "main", "--train", "first", "--test", "second")
        #expect(split.status == 0, "\(split.errors)")
        for name in older {
            try files.moveItem(
                atPath: "\(bench.folder)/\(name.replacing("/", with: "_"))", toPath: "\(training)/\(name)")
        }
        return (second, try subjects(["img0001,p", "img0003,p"], bench))
    }

    private static let moved = "main: first/0001 train, second/p test, now test"

    @Test func theReportNamesTheCaseTheSubjectsAndTheParts() async throws {
        try await Workbench.with { bench in
            let (path, table) = try await proof(bench)
            let report = "\(bench.folder)/report.json"
            let ending = try await bench.lacuna(
                "dataset", "import", path, "--subjects", table, "--json", "--report", report)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try String(contentsOfFile: report, encoding: .utf8) == ending.output)
            let merges = try #require(try ending.object()["subjectMerges"] as? [[String: Any]])
            try #require(merges.count == 1)
            #expect(merges[0]["case"] as? String == "img0001")
            #expect(merges[0]["kept"] as? String == "first/0001" && merges[0]["joined"] as? String == "second/p")
            #expect(merges[0]["changedParts"] as? [String] == [Self.moved])
            #expect(merges[0]["newlyContaminated"] as? [Int] == [])

            let cases = try #require(try ending.object()["cases"] as? [[String: Any]])
            let row = try #require(cases.first { $0["case"] as? String == "img0001" })
            #expect(row["outcome"] as? String == "warned")
            let problem = try #require(row["problem"] as? String)
            #expect(problem.contains("second/img0001 proves first/0001 and second/p to be one patient"))
            #expect(problem.contains(Self.moved), "\(problem)")
            #expect((row["remedy"] as? String)?.contains("lacuna subject show first/0001") == true)
            let shown = try await bench.lacuna("subject", "show", "second/p", "--json").object()
            #expect(shown["name"] as? String == "first/0001" && shown["parts"] as? [String] == ["main/test"])

            let again = try await bench.lacuna("dataset", "import", path, "--subjects", table, "--json").object()
            #expect((again["subjectMerges"] as? [Any])?.isEmpty == true, "they are merged already")
        }
    }

    @Test func theTableAndAStrictImportReportItToo() async throws {
        try await Workbench.with { bench in
            let (path, table) = try await proof(bench)
            let ending = try await bench.lacuna("dataset", "import", path, "--subjects", table, "--strict")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.output.contains("warned img0001") && ending.output.contains(Self.moved), "\(ending.output)")
            #expect(ending.errors.contains("merged: 1"), "\(ending.errors)")
        }
    }
}
