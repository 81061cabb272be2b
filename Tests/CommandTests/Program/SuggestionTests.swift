import Foundation
import Phantoms
import TestSupport
import Testing

/// Errors about names, values and states: what they suggest.
@Suite struct SuggestionTests {
    private func errors(_ bench: Workbench, _ line: String, status: Int32) async throws -> String {
        let ending = try await bench.start(line.split(separator: " ").map(String.init)).end()
        #expect(ending.status == status, "\(line): \(ending.errors)")
        return ending.errors
    }

    @Test func misspeltNamesGetSuggestions() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "clinic", scans: 1...3, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(try await bench.lacuna("split", "create", "main", "--train", "clinic").status == 0)
            for (line, suggestion) in [
                ("dataset show clnic", "did you mean clinic?"), ("volume list --dataset clinc", "did you mean clinic?"),
                ("dataset remove klinic", "did you mean clinic?"), ("split show maint", "did you mean main?"),
                ("split check man", "did you mean main?"),
                ("dataset import \(path) --complete lever", "did you mean liver?"),
                ("dataset import \(path) --means lever=x", "did you mean liver?"),
            ] {
                let errors = try await errors(bench, line, status: 3)
                #expect(errors.contains(suggestion), "\(line): \(errors)")
            }
        }
    }

    @Test func remediesFitTheProblem() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "clinic", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let text = bench.folder + "/run.yaml"
            try "run:\n  name: first\n".write(toFile: text, atomically: true, encoding: .utf8)
            for (line, status, words) in [
                ("lineage run:1", Int32(2), "run:1 is not a mask, checkpoint or volume"),
                ("mask show 9999", 3, "mask history"),
                ("mask import 1 liver \(text) --reason x", 3, "name the file of the mask"),
                ("phantom generate x --shape 96x96", 2, "must be three sizes"),
                ("phantom generate x --shared 99", 2, "--shared must be from 0 to 12"),
                ("volume list --limit 0", 2, "--limit must be at least 1"),
                ("dataset import \(path) --report out.pdf", 2, "must end in .json, .csv or .txt"),
                ("mask rollback --run r --to x --reason x", 2, "--to must be the number"),
                ("dataset purge clinic", 5, "clinic is not removed"),
                ("dataset purge clinic --yes --reason x", 5, "clinic is not removed"),
                ("subject purge clinic/0001", 5, "clinic/0001 is not removed"),
            ] {
                let errors = try await errors(bench, line, status: status)
                #expect(errors.contains(words), "\(line): \(errors)")
            }
        }
    }

    @Test func aLostStoreIsNotBlamedOnAMissingImport() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "clinic", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            try FileManager.default.removeItem(atPath: bench.home + "/objects")
            for line in [
                "mask export 1 liver --output \(bench.folder)/q.nii.gz",
                "mask picture 1 --output \(bench.folder)/q.png",
            ] {
                let errors = try await errors(bench, line, status: 7)
                #expect(
                    errors.contains("restore it from the backup") && !errors.contains("the first one makes it"),
                    "\(errors)")
            }
        }
    }

    @Test func theFoldsOfACrossValidationAreAllChecked() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "clinic", scans: 1...3, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(try await bench.lacuna("split", "create", "cv", "--folds", "3").status == 0)
            #expect(try await bench.lacuna("split", "check", "cv").status == 0)
            let list = bench.folder + "/test.txt"
            try "img0001\n".write(toFile: list, atomically: true, encoding: .utf8)
            let ending = try await bench.lacuna("split", "check", "cv", "--list", list, "--part", "test", "--json")
            #expect(ending.status == 5)
            let splits = try ending.rows().compactMap { $0["split"] as? String }
            #expect(splits == ["cv-0", "cv-1", "cv-2"], "trained on or validated in each fold")
        }
    }

    @Test func aDrawnMaskShowsItsRaterAndReason() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "clinic", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let file = bench.folder + "/liver.nii.gz"
            #expect(try await bench.lacuna("mask", "export", "1", "liver", "--output", file).status == 0)
            let imported = try await bench.lacuna(
                "mask", "import", "1", "spleen", file, "--rater", "ab", "--reason", "drawn again", "--json")
            let mask = try #require(try imported.object()["mask"] as? Int)
            let shown = try await bench.lacuna("mask", "show", String(mask), "--json").object()
            #expect(shown["rater"] as? String == "ab" && shown["reason"] as? String == "drawn again")
            let first = try await bench.lacuna("mask", "show", "1", "--json").object()
            #expect(first["dataset"] as? String == "clinic" && first["rater"] is NSNull)
        }
    }
}
