import Foundation
import Phantoms
import TestSupport
import Testing

/// Commands write neither into the folder of a dataset nor over a file that is not theirs.
@Suite struct OutputPlaceTests {
    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// An imported dataset and a file beside it.
    private func prepared(_ bench: Workbench) async throws -> (dataset: String, other: String) {
        let dataset = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 1...1, in: bench)
        #expect(try await bench.lacuna("dataset", "import", dataset).status == 0)
        let other = bench.folder + "/other.json"
        try "{\"name\": \"other\"}".write(toFile: other, atomically: true, encoding: .utf8)
        return (dataset, other)
    }

    @Test func aPictureReplacesNoFileAndIsNotPutIntoADataset() async throws {
        try await Workbench.with { bench in
            let (dataset, _) = try await prepared(bench)
            let inside = try await bench.lacuna("mask", "picture", "1", "--output", dataset + "/label.png", "--force")
            #expect(inside.status == 3 && inside.errors.contains("imported folders are never changed"))
            #expect(!FileManager.default.fileExists(atPath: dataset + "/label.png"))
            let file = bench.folder + "/case.svg"
            #expect(try await bench.lacuna("mask", "picture", "1", "--output", file).status == 0)
            let again = try await bench.lacuna("mask", "picture", "1", "--output", file)
            #expect(again.status == 5 && again.errors.contains("add --force"), "\(again.errors)")
            #expect(try await bench.lacuna("mask", "picture", "1", "--output", file, "--force").status == 0)
        }
    }

    @Test func aReportReplacesOnlyAReport() async throws {
        try await Workbench.with { bench in
            let (dataset, other) = try await prepared(bench)
            let description = try text(dataset + "/dataset.json")
            let second = try PhantomData.write(.btcv, "second", scans: 1...1, in: bench)
            let refused: [(String, Int32)] = [
                (dataset + "/report.json", 3), (second + "/report.json", 3), (dataset + "/dataset.json", 5), (other, 5),
            ]
            for (file, status) in refused {
                let ending = try await bench.lacuna("dataset", "import", second, "--report", file)
                #expect(ending.status == status, "\(file): \(ending.errors)")
            }
            #expect(try text(dataset + "/dataset.json") == description)
            #expect(try text(other) == "{\"name\": \"other\"}")
            #expect(try await bench.lacuna("dataset", "list", "--json").rows().count == 1)
            for format in ["json", "csv", "txt"] {
                let report = bench.folder + "/report.\(format)"
                for _ in 0..<2 {
                    let ending = try await bench.lacuna("dataset", "import", second, "--report", report)
                    #expect(ending.status == 0, "\(format): \(ending.errors)")
                }
                let failed = try await bench.lacuna("dataset", "import", bench.folder + "/nowhere", "--report", report)
                #expect(failed.status == 3 && failed.errors.contains("nowhere"), "\(failed.errors)")
                let after = try await bench.lacuna("dataset", "import", second, "--report", report)
                #expect(after.status == 0, "over the report of a failure, \(format): \(after.errors)")
            }
        }
    }

    @Test(arguments: [
        ["mask", "export", "1", "liver", "--output"], ["mask", "picture", "1", "--output"],
        ["export", "monai", "--organs", "liver", "--output"],
    ]) func aMissingFolderIsNamed(_ command: [String]) async throws {
        try await Workbench.with { bench in
            _ = try await prepared(bench)
            let endings = ["export": ".nii.gz", "picture": ".png", "monai": ".json"]
            let file = bench.folder + "/none/a" + (endings[command[1]] ?? "")
            let ending = try await bench.start(command + [file]).end()
            #expect(ending.status == 3)
            #expect(ending.errors.contains("remedy: create the folder"), "\(ending.errors)")
        }
    }
}
