import Foundation
import Phantoms
import TestSupport
import Testing

@Suite struct SplitTests {
    private func write(_ text: String, _ name: String, _ bench: Workbench) throws -> String {
        let path = "\(bench.folder)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test func everySubjectValidatesInOneFold() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...5, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let made = try await bench.lacuna("split", "create", "cv", "--folds", "4", "--seed", "3", "--json")
            #expect(made.status == 0, "\(made.errors)")
            let parts = try made.rows()
            #expect(Set(parts.compactMap { $0["split"] as? String }) == ["cv-0", "cv-1", "cv-2", "cv-3"])
            let validating = parts.filter { $0["part"] as? String == "validation" }.compactMap {
                $0["subjects"] as? Int
            }
            #expect(validating.sorted() == [1, 1, 1, 2])
            let subjects = try await bench.lacuna("subject", "list", "--json").rows()
            for subject in subjects {
                let own = try #require(subject["parts"] as? [String])
                #expect(own.count { $0.hasSuffix("/validation") } == 1)
                #expect(own.count { $0.hasSuffix("/train") } == 3)
            }
            let folds = try await bench.lacuna("split", "show", "cv", "--json").rows()
            #expect(NSArray(array: folds) == NSArray(array: parts), "the name selects all folds")
            let organs = try await bench.lacuna("split", "show", "cv-0", "--by", "organ", "--json").rows()
            let liver = try #require(organs.first { $0["organ"] as? String == "liver" })
            #expect((liver["train"] as? Int ?? 0) + (liver["validation"] as? Int ?? 0) == 5)

            #expect(try await bench.lacuna("split", "create", "many", "--folds", "9").status == 3)
            #expect(try await bench.lacuna("split", "create", "cv", "--folds", "1").status == 2)
            let again = try await bench.lacuna("split", "create", "cv", "--folds", "4")
            #expect(again.status == 5)
            #expect(again.errors.contains("cv-0"))
        }
    }

    @Test func aPublishedListThatHoldsOutATrainingPatientIsALeak() async throws {
        try await Workbench.with { bench in
            let own = try PhantomData.write(.btcv, "own", scans: 1...2, in: bench)
            let published = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 2...3, in: bench)
            for path in [own, published] {
                #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            }
            #expect(
                try await bench.lacuna("split", "create", "a", "--train", "own", "--test", "Task03_Liver").status == 5)
            #expect(try await bench.lacuna("split", "create", "main", "--train", "own").status == 0)

            let cases = try await bench.lacuna("volume", "list", "--dataset", "Task03_Liver", "--json").rows()
            let names = cases.flatMap { $0["sources"] as? [[String: Any]] ?? [] }
                .filter { $0["dataset"] as? String == "Task03_Liver" }.compactMap { $0["case"] as? String }
            #expect(names.count == 2)
            let folds = try write(
                #"[{"train": [], "val": ["\#(names[0])", "\#(names[1])"]}, {"train": ["\#(names[0])"], "val": []}]"#,
                "splits_final.json", bench)
            let leak = try await bench.lacuna("split", "check", "main", "--list", folds, "--fold", "0", "--json")
            #expect(leak.status == 5, "\(leak.errors)")
            let rows = try leak.rows()
            #expect(rows.count == 1, "the other case is not of a training patient")
            let second = try #require(rows.first?["second"] as? String)
            #expect(second.contains("own/") && second.contains("Task03_Liver/"), "both names: \(second)")
            #expect(rows.first?["firstPart"] as? String == "validation")
            #expect(rows.first?["secondPart"] as? String == "train")
            #expect(try await bench.lacuna("split", "check", "main", "--list", folds, "--fold", "1").status == 0)

            let ambiguous = try await bench.lacuna("split", "check", "main", "--list", folds)
            #expect(ambiguous.status == 3)
            #expect(ambiguous.errors.contains("--fold"))
        }
    }

    @Test(arguments: [
        (
            "monai.json", #"{"training": [{"image": "imagesTr/CASE.nii.gz", "fold": 1}], "testing": []}"#,
            ["--fold", "1"]
        ),
        (
            "dataset.json",
            #"{"labels": {"0": "background"}, "training": [], "test": ["./imagesTs/CASE_0000.nii.gz"]}"#, []
        ),
        ("parts.csv", "case,part\nCASE,test\n", []), ("test.txt", "CASE\n", ["--part", "test"]),
    ])
    func listsOfEveryFormAreRead(name: String, text: String, options: [String]) async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(try await bench.lacuna("split", "create", "main", "--train", "set").status == 0)
            let volume = try #require(try await bench.lacuna("volume", "list", "--json").rows().first)
            let source = try #require((volume["sources"] as? [[String: Any]])?.first?["case"] as? String)
            let file = try write(text.replacing("CASE", with: source), name, bench)
            let check = try await bench.start(["split", "check", "main", "--list", file] + options).end()
            #expect(check.status == 5, "\(check.output) \(check.errors)")
        }
    }

    @Test func aDatasetWithoutVolumesIsRefused() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            try FileManager.default.removeItem(atPath: "\(path)/RawData/Training/img")
            _ = try await bench.lacuna("dataset", "import", path, "--layout", "btcv")
            let split = try await bench.lacuna("split", "create", "s", "--train", "set")
            #expect(split.status == 3 && split.errors.contains("dataset set has no volume"), "\(split.errors)")
            #expect(try await bench.lacuna("split", "show", "s").status == 3)
        }
    }

    @Test func aListWithAnAmbiguousNameIsRefused() async throws {
        try await Workbench.with { bench in
            for (name, scan) in [("a", 1), ("b", 2)] {
                let path = try PhantomData.write(.btcv, name, scans: scan...scan, in: bench)
                let files = try FileManager.default.contentsOfDirectory(atPath: "\(path)/RawData/Training/img")
                for file in files where file != "img0001.nii.gz" {
                    for (folder, kind) in [("img", "img"), ("label", "label")] {
                        let place = "\(path)/RawData/Training/\(folder)/\(kind)"
                        try FileManager.default.moveItem(
                            atPath: place + file.dropFirst(3), toPath: place + "0001.nii.gz")
                    }
                }
                #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            }
            let list = try write("case,part\nimg0001,test\n", "parts.csv", bench)
            let refused = try await bench.lacuna("split", "create", "theirs", "--list", list)
            #expect(refused.status == 3 && refused.errors.contains("a/img0001"), "\(refused.errors)")
            let made = try await bench.lacuna("split", "create", "theirs", "--list", list, "--dataset", "b")
            #expect(made.status == 0, "the name is free: \(made.errors)")
        }
    }

    @Test func aListThatCannotBeUsedIsReported() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(try await bench.lacuna("split", "create", "main", "--train", "set").status == 0)
            for (text, fragment) in [
                ("{", "line 1"), ("elsewhere\n", "--part"), ("case,part\na,nowhere\n", "line 2"),
                ("", "contains no case"),
                ("case,part\nmoon,test\n", "in the catalogue"),
            ] {
                let file = try write(text, "list", bench)
                let check = try await bench.lacuna("split", "check", "main", "--list", file)
                #expect(check.status == 3, "\(text): \(check.errors)")
                #expect(check.errors.contains(fragment), "\(text): \(check.errors)")
                #expect(check.errors.contains("remedy: "))
            }
        }
    }

    @Test func aPublishedListBecomesASplit() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...4, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let list = "\(bench.folder)/folds.json"
            try """
            {"training":[{"image":"img/img0001.nii.gz","fold":0},{"image":"img/img0002.nii.gz","fold":1}],
             "testing":[{"image":"img/img0003.nii.gz"},{"image":"img/img0009.nii.gz"}]}
            """.write(toFile: list, atomically: true, encoding: .utf8)
            let made = try await bench.lacuna("split", "create", "theirs", "--list", list, "--fold", "1", "--json")
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.errors.contains("3 of 4 listed cases"))
            let parts = try made.rows()
            #expect(parts.compactMap { $0["part"] as? String }.sorted() == ["test", "train", "validation"])
            #expect(parts.allSatisfy { $0["subjects"] as? Int == 1 })
            #expect(try await bench.lacuna("split", "check", "theirs", "--list", list, "--fold", "1").status == 0)
            #expect(try await bench.lacuna("split", "create", "x", "--list", list, "--folds", "2").status == 2)
            let join = try await bench.lacuna(
                "subject", "join", "set/0001", "set/0003", "--yes", "--reason", "one patient")
            #expect(join.status == 0)
            let leak = try await bench.lacuna("split", "create", "leak", "--list", list, "--fold", "1")
            #expect(leak.status == 5 && leak.errors.contains("both are the same patient"))
        }
    }

    /// Imports two datasets of two patients each whose case names are the same; those of the first one train.
    private func importAlike(_ bench: Workbench) async throws {
        for (name, scans) in [("own", 1...2), ("other", 3...4)] {
            let path = try PhantomData.write(.btcv, name, scans: scans, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
        }
        #expect(
            try await bench.lacuna("split", "create", "main", "--train", "own", "--validation", "other").status == 0)
    }

    /// The image file of each dataset's first case, relative to the dataset's folder.
    private func firstFile(_ bench: Workbench, _ dataset: String) async throws -> String {
        let volumes = try await bench.lacuna("volume", "list", "--dataset", dataset, "--json").rows()
        let source = try #require((volumes.first?["sources"] as? [[String: Any]])?.first)
        #expect(source["case"] as? String == "img0001")
        return try #require(source["file"] as? String)
    }

    @Test func pathsDistinguishCasesOfOneName() async throws {
        try await Workbench.with { bench in
            try await importAlike(bench)
            let (own, other) = (try await firstFile(bench, "own"), try await firstFile(bench, "other"))
            func check(_ lines: String..., more: [String] = []) async throws -> Ending {
                let file = try write(lines.joined(separator: "\n"), "held.txt", bench)
                return try await bench.start(
                    ["split", "check", "main", "--list", file, "--part", "validation", "--json"] + more
                ).end()
            }
            for path in ["\(bench.folder)/data/other/\(other)", "data/other/\(other)", "/elsewhere/other/\(other)"] {
                let ending = try await check(path)
                #expect(ending.status == 0, "\(path): \(ending.output)")
                #expect(ending.errors.contains("1 of 1 listed cases"))
            }
            for path in ["\(bench.folder)/data/own/\(own)", "./data/own/\(own)", "own/img0001"] {
                let ending = try await check(path, "moon")
                #expect(ending.status == 5, "\(path): \(ending.errors)")
                #expect(try ending.rows().map { $0["second"] as? String } == ["own/img0001"])
                #expect(ending.errors.contains("Not found: moon."), "\(ending.errors)")
            }
            let ambiguous = try await check("img0001")
            #expect(ambiguous.status == 4)
            #expect(try ambiguous.rows().isEmpty)
            #expect(ambiguous.errors.contains("img0001 (other/img0001, own/img0001)"), "\(ambiguous.errors)")
            #expect(!ambiguous.errors.contains("No patient is held out"))
            #expect(try await check("img0001", more: ["--dataset", "own"]).status == 5)
            let strange = try await check("/a/img0001.nii.gz", "/b/img0001.nii.gz", more: ["--dataset", "own"])
            #expect(strange.status == 4, "two files, of which the name matches at most one: \(strange.errors)")
        }
    }

    @Test func listsOfOurOwnExportsAreRead() async throws {
        try await Workbench.with { bench in
            try await importAlike(bench)
            let reversed = try await bench.lacuna(
                "split", "create", "reversed", "--train", "other", "--validation", "own")
            #expect(reversed.status == 0)
            let nnunet = try await bench.lacuna(
                "export", "nnunet", "--output", bench.folder, "--dataset-id", "1", "--name", "A", "--organs", "liver",
                "--split", "main")
            #expect(nnunet.status == 0, "\(nnunet.errors)")
            let monai = try await bench.lacuna(
                "export", "monai", "--output", bench.folder + "/list.json", "--organs", "liver", "--split", "main")
            #expect(monai.status == 0, "\(monai.errors)")
            for list in ["Dataset001_A/splits_final.json", "list.json"] {
                let path = "\(bench.folder)/\(list)"
                let same = try await bench.lacuna("split", "check", "main", "--list", path)
                #expect(same.status == 0, "\(list): \(same.output) \(same.errors)")
                #expect(same.errors.contains("4 of 4 listed cases"), "\(same.errors)")
                let leaks = try await bench.lacuna("split", "check", "reversed", "--list", path, "--json")
                #expect(leaks.status == 5)
                #expect(try leaks.rows().count == 4)
            }
        }
    }

    @Test func aFoldOfADatalistIsTheOneInWhichACaseValidates() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...4, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(try await bench.lacuna("split", "create", "cv", "--folds", "2").status == 0)
            let file = bench.folder + "/cv.json"
            let made = try await bench.lacuna("export", "monai", "--output", file, "--organs", "liver", "--split", "cv")
            #expect(made.status == 0, "\(made.errors)")
            #expect(try await bench.lacuna("split", "check", "cv-1", "--list", file).status == 3, "which fold")
            for fold in 0..<2 {
                let same = try await bench.lacuna("split", "check", "cv-\(fold)", "--list", file, "--fold", "\(fold)")
                #expect(same.status == 0, "\(same.output) \(same.errors)")
                let other = try await bench.lacuna(
                    "split", "check", "cv-\(fold)", "--list", file, "--fold", "\(1 - fold)")
                #expect(other.status == 5)
            }
        }
    }

    @Test func aShareOutOfRangeIsReportedWithTheRange() async throws {
        try await Workbench.with { bench in
            let ending = try await bench.lacuna("split", "create", "a", "--holdout", "test=1.5")
            #expect(ending.status == 2)
            #expect(ending.errors.contains("above 0 and below 1"), "\(ending.errors)")
        }
    }

    @Test func aPartHasOneShare() async throws {
        try await Workbench.with { bench in
            let ending = try await bench.lacuna(
                "split", "create", "a", "--holdout", "test=0.2", "--holdout", "test=0.5")
            #expect(ending.status == 2 && ending.errors.contains("given twice"), "\(ending.errors)")
        }
    }

    @Test func aPlainListNeedsItsPartAndCountsACaseOnce() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let cases = try await bench.lacuna("volume", "list", "--json").rows()
                .flatMap { $0["sources"] as? [[String: Any]] ?? [] }.compactMap { $0["case"] as? String }
            let plain = try write("\(cases[0])\n\(cases[0])\n", "plain.txt", bench)
            let refused = try await bench.lacuna("split", "create", "a", "--list", plain)
            #expect(refused.status == 3 && refused.errors.contains("--part test"), "\(refused.errors)")
            let made = try await bench.lacuna("split", "create", "a", "--list", plain, "--part", "test", "--json")
            #expect(made.status == 0 && made.errors.contains("1 of 1 listed cases"), "\(made.errors)")
            let tested = try made.rows().first { $0["part"] as? String == "test" }
            #expect(tested?["subjects"] as? Int == 1)
            let empty = try write("\n", "empty.txt", bench)
            let none = try await bench.lacuna("split", "create", "b", "--list", empty)
            #expect(none.status == 3 && none.errors.contains("contains no case"), "\(none.errors)")
            #expect(try await bench.lacuna("split", "create", "b", "--list", plain, "--part", "best").status == 2)
        }
    }

    /// The parser would use the last of them.
    @Test func anOptionWithOneValueIsGivenOnce() async throws {
        try await Workbench.with { bench in
            for (line, option) in [
                ("split create x --list a.csv --dataset one --dataset two", "--dataset"),
                ("split create x --train a --seed 1 --seed=2", "--seed"),
                ("coverage --as-of 1 --as-of 2", "--as-of"), ("log --limit 3 --limit 4", "--limit"),
                ("export nnunet --organs liver --organs spleen --output x --dataset-id 1 --name X", "--organs"),
                ("mask import 1 liver m.nii.gz --reason a --reason b", "--reason"),
                ("log --database one --database two", "--database"),
            ] {
                let ending = try await bench.start(line.split(separator: " ").map(String.init)).end()
                #expect(ending.status == 2, "\(line): \(ending.errors)")
                #expect(ending.errors.contains("\(option) is given 2 times"), "\(line): \(ending.errors)")
            }
            let repeatable = try await bench.lacuna("split", "create", "x", "--train", "a", "--train", "b")
            #expect(repeatable.status == 3 && !repeatable.errors.contains("times"), "\(repeatable.errors)")
            let words = try await bench.lacuna("coverage", "--json", "--json")
            #expect(!words.errors.contains("times"), "a flag given twice means the same: \(words.errors)")
        }
    }
}
