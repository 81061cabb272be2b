import Catalog
import Domain
import Foundation
import Imaging
import Objects
import Phantoms
import TestSupport
import Testing
import Workflows

/// The masks of single annotators of a release are recorded beside its labels and are never current by themselves.
@Suite struct AnnotatorTests {
    private func importing(_ bench: Workbench, _ tree: KidneyTree, _ more: String...) async throws -> Ending {
        try await bench.start(["dataset", "import", tree.path, "--json"] + more).end()
    }

    private func proposed(_ bench: Workbench) async throws -> [[String: Any]] {
        try await bench.lacuna("mask", "list", "--proposed", "--json").rows()
    }

    private func annotation(_ row: [String: Any]) throws -> Int {
        let source = try #require(row["source"] as? String)
        #expect(source.hasPrefix("kits23 kits23, annotation "))
        return try #require(source.last.flatMap { Int(String($0)) })
    }

    /// The current labels, without ids.
    private func labels(_ bench: Workbench) async throws -> [String] {
        try await bench.lacuna("mask", "list", "--json").rows().map { row in
            ["volume", "case", "organ", "status", "origin", "voxels"].map { "\(row[$0] ?? "")" }.joined(separator: " ")
        }
    }

    /// The bytes of every label map of an export, by name.
    private func exported(_ bench: Workbench) async throws -> [String: Data] {
        let ending = try await bench.lacuna(
            "export", "nnunet", "--output", bench.folder, "--dataset-id", "7", "--name", "Kidney", "--organs",
            "kidney,kidney_tumour")
        #expect(ending.status == 0, "\(ending.errors)")
        let folder = bench.folder + "/Dataset007_Kidney/labelsTr"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count == 2)
        return Dictionary(
            uniqueKeysWithValues: try names.map { ($0, try Data(contentsOf: URL(filePath: "\(folder)/\($0)"))) })
    }

    private func voxels(_ bench: Workbench, _ mask: Int) async throws -> BitVolume {
        let catalog = LabelCatalog(bench.connection, program: "tests")
        let facts = try await catalog.mask(MaskID(Int64(mask)))
        let store = try await LocalObjectStore.open(bench.home + "/objects", catalogue: try await catalog.uuid())
        return try await MaskReader(store: store).read(facts.location, shape: KidneyTree.shape).foreground
    }

    @Test func eachAnnotatorsMaskIsRecordedBesideTheLabel() async throws {
        try await Workbench.with { bench in
            let tree = try KidneyTree(in: bench)
            let (without, coverage, export) = try await bench.withAnother { other in
                #expect(try await importing(other, tree).status == 0)
                return (
                    try await labels(other), try await other.lacuna("coverage", "--json").output,
                    try await exported(other)
                )
            }
            let report = try await importing(bench, tree, "--annotators")
            #expect(report.status == 0, "\(report.errors)")
            let summary = try report.object()
            #expect(summary["accepted"] as? Int == 2 && summary["newLabels"] as? Int == 6)
            #expect(summary["newAnnotatorLabels"] as? Int == 9)
            #expect(try await labels(bench) == without, "the current labels are those of an import without annotators")
            #expect(try await bench.lacuna("coverage", "--json").output == coverage)
            #expect(try await exported(bench) == export)

            let rows = try await proposed(bench)
            #expect(rows.count == 9)
            for row in rows {
                let organ = try #require(row["organ"] as? String)
                let expected = KidneyTree.voxels(organ, try annotation(row))
                #expect(row["case"] as? String == "kits23/case_00000" && row["origin"] as? String == "expert")
                #expect(row["voxels"] as? Int == expected.population)
                #expect(try await voxels(bench, try #require(row["id"] as? Int)) == expected, "\(organ)")
            }
            for policy in ["release", "origin"] {
                let set = try await bench.lacuna("mask", "policy", "set", policy, "--reason", "test")
                #expect(set.status == 0, "\(set.errors)")
                #expect(try await labels(bench) == without, "\(policy)")
            }
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
        }
    }

    @Test func annotatorsAreComparedAndMakeAConsensus() async throws {
        try await Workbench.with { bench in
            let tree = try KidneyTree(in: bench)
            #expect(try await importing(bench, tree, "--annotators").status == 0)
            let pairs = try await bench.lacuna(
                "mask", "compare", "kits23/case_00000", "kidney_tumour", "--json"
            ).rows()
            #expect(pairs.count == 6, "the label and three annotators")
            #expect(pairs[0]["first"] as? String == "kits23 kits23" && pairs[0]["current"] as? Bool == true)
            #expect(pairs.map { $0["changedVoxels"] as? Int } == [9, 0, 9, 9, 18, 9])
            let named = try await bench.lacuna(
                "mask", "compare", "\(try #require(pairs[0]["firstMask"]))", "\(try #require(pairs[0]["secondMask"]))",
                "--json"
            ).object()
            #expect(named["second"] as? String == "kits23 kits23, annotation 1")
            let history = try await bench.lacuna("mask", "history", "kits23/case_00000", "kidney_tumour", "--json")
                .rows()
            #expect(history.compactMap { $0["rater"] as? String } == ["annotation 1", "annotation 2", "annotation 3"])

            let masks = try await proposed(bench).filter { $0["organ"] as? String == "kidney_tumour" }
                .flatMap { ["--mask", "\(try #require($0["id"]))"] }
            for method in ["majority", "staple"] {
                let ending = try await bench.start(
                    [
                        "mask", "consensus", "kits23/case_00000", "kidney_tumour", "--method", method, "--reason", "x",
                        "--json",
                    ] + masks
                ).end()
                #expect(ending.status == 0, "\(ending.errors)")
                let made = try ending.object()
                #expect(made["current"] as? Bool == false && (made["inputs"] as? [Int])?.count == 3)
                guard method == "majority" else { continue }
                #expect(
                    try await voxels(bench, try #require(made["mask"] as? Int)) == KidneyTree.voxels("kidney_tumour", 2)
                )
            }
        }
    }

    @Test func everyFileOfAMaskIsRecorded() async throws {
        try await Workbench.with { bench in
            let tree = try KidneyTree(in: bench)
            #expect(try await importing(bench, tree, "--annotators").status == 0)
            let kidney = try #require(
                try await proposed(bench).first {
                    $0["organ"] as? String == "kidney" && (try? annotation($0)) == 2
                })
            let nodes = try await bench.lacuna("lineage", "mask:\(try #require(kidney["id"]))", "--json").rows()
            let files = nodes.filter { $0["kind"] as? String == "label file" }.compactMap { $0["label"] as? String }
            let drawn = [("cyst", 1), ("kidney", 1), ("kidney", 2), ("tumor", 1)]
            #expect(files.sorted() == drawn.map { "kits23/case_00000: " + KidneyTree.file($0.0, $0.1, 2) })
            #expect(nodes.contains { ($0["label"] as? String)?.hasPrefix("import by") == true })
            let derived = try await bench.lacuna("lineage", "kits23/case_00000", "--forward", "--json").rows()
            #expect(derived.count { $0["kind"] as? String == "mask" } == 12)
        }
    }

    @Test func aSecondImportIsUnchangedWithAndWithoutThem() async throws {
        try await Workbench.with { bench in
            let tree = try KidneyTree(in: bench)
            #expect(try await importing(bench, tree).status == 0)
            #expect(try await proposed(bench).isEmpty)
            let added = try await importing(bench, tree, "--annotators").object()
            #expect(added["newLabels"] as? Int == 0 && added["newAnnotatorLabels"] as? Int == 9)
            #expect(added["accepted"] as? Int == 1 && added["unchanged"] as? Int == 1)
            let (revision, count) = (try await bench.revision(), try await bench.count(Counting()))
            for more in [["--annotators"], [], ["--annotators", "--strict"]] {
                let again = try await bench.start(["dataset", "import", tree.path, "--json"] + more).end()
                #expect(try again.object()["unchanged"] as? Int == 2, "\(more) \(again.errors)")
                #expect(try await bench.revision() == revision)
            }
            #expect(try await bench.count(Counting()) == count)

            try tree.label(KidneyTree.file("tumor", 1, 3), [(1, KidneyTree.tumour(1))])
            let changed = try await importing(bench, tree, "--annotators").object()
            #expect(changed["newAnnotatorLabels"] as? Int == 2, "the tumour, and the kidney that it is in")
            #expect(try await bench.revision() == revision + 1)
            let third = try await proposed(bench).filter { try annotation($0) == 3 }
            #expect(third.count == 3)
            for row in third where row["organ"] as? String == "kidney_tumour" {
                #expect(row["voxels"] as? Int == KidneyTree.voxels("kidney_tumour", 1).population)
                let mask = try await bench.lacuna("mask", "show", "\(try #require(row["id"]))", "--json").object()
                #expect(mask["parent"] is Int, "the version before it")
            }
        }
    }

    @Test func aDryRunReportsWhatWouldBeRecorded() async throws {
        try await Workbench.with { bench in
            let tree = try KidneyTree(in: bench)
            let dry = try await importing(bench, tree, "--annotators", "--dry-run").object()
            let planned = try #require(dry["labels"] as? [[String: Any]])
            #expect(try await bench.count(Counting()) == 0)
            #expect(try await importing(bench, tree, "--annotators").status == 0)
            let reported = planned.compactMap { row -> String? in
                (row["annotator"] as? String).map { "\($0) \(row["organ"] ?? "") \(row["voxels"] ?? "")" }
            }
            let recorded = try await proposed(bench).map { row in
                "annotation \(try annotation(row)) \(row["organ"] ?? "") \(row["voxels"] ?? "")"
            }
            #expect(reported.sorted() == recorded.sorted() && reported.count == 9)
            #expect(planned.count == 15)
        }
    }

    @Test func aBadFileQuarantinesItsAnnotator() async throws {
        try await Workbench.with { bench in
            let tree = try KidneyTree(in: bench)
            try tree.truncate(KidneyTree.file("cyst", 1, 2))
            try tree.label(KidneyTree.file("kidney", 1, 3), [(1, KidneyTree.kidneys[0])], shift: 6)
            let strict = try await importing(bench, tree, "--annotators", "--strict")
            #expect(strict.status == 3)
            #expect(try await bench.count(Counting()) == 0)

            for round in 1...2 {
                let report = try await importing(bench, tree, "--annotators")
                #expect(report.status == 4, "\(report.errors)")
                let summary = try report.object()
                #expect(summary["quarantined"] as? Int == 2)
                #expect(summary["newAnnotatorLabels"] as? Int == (round == 1 ? 3 : 0))
                let lines = try #require(summary["cases"] as? [[String: Any]])
                    .filter { $0["outcome"] as? String == "quarantined" }
                #expect(
                    lines.map { $0["case"] as? String } == ["case_00000, annotation 2", "case_00000, annotation 3"])
                #expect((lines[0]["file"] as? String)?.hasSuffix(KidneyTree.file("cyst", 1, 2)) == true)
                #expect(lines.allSatisfy { $0["problem"] is String && $0["remedy"] is String })
            }
            #expect(try await labels(bench).count == 6)
            #expect(Set(try await proposed(bench).map(annotation)) == [1])

            try tree.draw(2)
            try tree.draw(3)
            #expect(try await importing(bench, tree, "--annotators").status == 0)
            #expect(try await proposed(bench).count == 9)
        }
    }

    @Test func aMissingInstanceIsNoAnnotation() async throws {
        try await Workbench.with { bench in
            let tree = try KidneyTree(in: bench)
            try tree.remove(KidneyTree.file("cyst", 1, 3))
            let summary = try await importing(bench, tree, "--annotators").object()
            #expect(summary["warned"] as? Int == 1 && summary["quarantined"] as? Int == 0)
            let third = try await proposed(bench).filter { try annotation($0) == 3 }
            #expect(third.map { $0["organ"] as? String } == ["kidney_tumour"])
            #expect(try await proposed(bench).allSatisfy { $0["status"] as? String == "annotated" })
        }
    }

    @Test func missingFilesKeepMasksAndIncompleteOnesWithdrawThem() async throws {
        try await Workbench.with { bench in
            let tree = try KidneyTree(in: bench)
            #expect(try await importing(bench, tree, "--annotators").status == 0)
            for file in [("cyst", 1), ("kidney", 2)] {
                try tree.remove(KidneyTree.file(file.0, file.1, 3))
                let revision = try await bench.revision()
                let gone = try await importing(bench, tree, "--annotators")
                #expect(gone.output.contains("is kept beside the label"), "\(gone.output)")
                #expect(try await bench.revision() == revision)
                #expect(try await proposed(bench).count == 9)
                try tree.draw(3)
            }
            try tree.label(KidneyTree.file("cyst", 2, 1), [(1, KidneyTree.cyst)])
            let more = try await importing(bench, tree, "--annotators")
            #expect(more.status == 0, "\(more.errors)")
            #expect(more.output.contains("the files of annotation 2 no longer contain kidney, kidney_cyst"))
            let said = try Dictionary(grouping: try await proposed(bench), by: annotation).mapValues(\.count)
            #expect(said == [1: 3, 2: 1, 3: 1])
            let (revision, again) = (try await bench.revision(), try await importing(bench, tree, "--annotators"))
            #expect(try again.object()["unchanged"] as? Int == 2)
            #expect(try await bench.revision() == revision)
        }
    }

    @Test func removingTheDatasetRemovesThemToo() async throws {
        try await Workbench.with { bench in
            let tree = try KidneyTree(in: bench)
            #expect(try await importing(bench, tree, "--annotators").status == 0)
            let before = try await proposed(bench).compactMap { $0["id"] as? Int }
            let removed = try await bench.lacuna("dataset", "remove", "kits23", "--yes", "--reason", "test")
            #expect(removed.status == 0, "\(removed.errors)")
            #expect(try await proposed(bench).isEmpty)
            let restored = try await bench.lacuna("dataset", "restore", "kits23", "--reason", "test")
            #expect(restored.status == 0, "\(restored.errors)")
            #expect(try await proposed(bench).compactMap { $0["id"] as? Int } == before)

            for act in ["remove", "purge"] {
                let ending = try await bench.lacuna("dataset", act, "kits23", "--yes", "--reason", "test")
                #expect(ending.status == 0, "\(ending.errors)")
            }
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
        }
    }

    @Test func aDatasetWithoutAnnotatorsIsReported() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let ending = try await bench.lacuna("dataset", "import", path, "--annotators", "--json")
            #expect(ending.status == 0, "\(ending.errors)")
            let problems = try #require(try ending.object()["cases"] as? [[String: Any]])
                .compactMap { $0["problem"] as? String }
            #expect(problems.contains { $0.hasPrefix("--annotators") }, "\(problems)")
        }
    }
}
