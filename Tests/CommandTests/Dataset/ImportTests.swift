import Domain
import Foundation
import Phantoms
import TestSupport
import Testing

@Suite struct ImportTests {
    @Test func importingTwiceChangesNothing() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "internal", scans: 1...2, in: bench)
            let first = try await bench.lacuna("dataset", "import", path, "--json")
            #expect(first.status == 0)
            let summary = try first.object()
            #expect(summary["dataset"] as? String == "internal")
            #expect(summary["accepted"] as? Int == 2)
            #expect(summary["newVolumes"] as? Int == 2)
            #expect(summary["newLabels"] as? Int == 26)
            let (revision, rows) = (try await bench.revision(), try await bench.count(Counting()))

            let second = try await bench.lacuna("dataset", "import", path)
            #expect(second.status == 0)
            #expect(second.errors.contains("Nothing changed"))
            #expect(try await bench.revision() == revision)
            #expect(try await bench.count(Counting()) == rows)
        }
    }

    @Test func organsWithoutAnnotationAreUnlabelled() async throws {
        try await Workbench.with { bench in
            let complete = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench)
            let liver = try PhantomData.write(.msd(.liver, lesions: true), "Task03_Liver", scans: 2...3, in: bench)
            #expect(try await bench.lacuna("dataset", "import", complete).status == 0)
            #expect(try await bench.lacuna("dataset", "import", liver).status == 0)
            let rows = try await coverage(bench)
            #expect(rows["liver"]?["annotated"] as? Int == 3)
            #expect(rows["spleen"]?["annotated"] as? Int == 1)
            #expect(rows["spleen"]?["unlabelled"] as? Int == 2)
            let tumour = try #require(rows["liver_tumour"])
            #expect((tumour["annotated"] as? Int ?? 0) + (tumour["absent"] as? Int ?? 0) == 2)
            #expect(tumour["unlabelled"] as? Int == 1)
        }
    }

    @Test func oneScanInTwoDatasetsIsOneVolumeWithTwoSources() async throws {
        try await Workbench.with { bench in
            let liver = try PhantomData.write(
                .msd(.liver, lesions: false), "Task03_Liver", scans: 5...6, in: bench, orientation: "LPI")
            let classes = try PhantomData.write(
                .totalSegmentator(classes: ["liver", "spleen"], missingShare: 0), "Totalsegmentator_dataset",
                scans: 6...7, in: bench, orientation: "RAS")
            #expect(try await bench.lacuna("dataset", "import", liver).status == 0)
            let second = try await bench.lacuna("dataset", "import", classes, "--json")
            #expect(second.status == 0)
            #expect(try second.object()["knownScans"] as? Int == 1)
            let volumes = try await bench.lacuna("volume", "list", "--json").rows()
            #expect(volumes.count == 3)
            let shared = volumes.filter { ($0["sources"] as? [Any])?.count == 2 }
            #expect(shared.count == 1)
            let rows = try await coverage(bench)
            let origins = try #require(rows["liver"]?["byOrigin"] as? [String: Int])
            #expect(origins == ["expert": 2, "assisted": 1], "the expert's liver is current, the other one is kept")
            let id = try #require(shared.first?["id"] as? Int)
            let history = try await bench.lacuna("mask", "history", String(id), "liver", "--json").rows()
            #expect(history.count == 2)
        }
    }

    @Test func labelsOfAModelArePseudoAlsoWhereEmpty() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(
                .totalSegmentator(classes: ["liver", "prostate"], missingShare: 0), "predicted", scans: 1...2, in: bench
            )
            #expect(try await bench.lacuna("dataset", "import", path, "--origin", "model").status == 0)
            let rows = try await coverage(bench)
            for organ in ["liver", "prostate"] {
                #expect(rows[organ]?["pseudo"] as? Int == 2)
                #expect(rows[organ]?["annotated"] as? Int == 0)
                #expect(rows[organ]?["absent"] as? Int == 0)
            }
        }
    }

    @Test func anotherOriginNeverWithdrawsAnnotations() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let again = try await bench.lacuna("dataset", "import", path, "--origin", "model")
            #expect(again.status == 5)
            #expect(again.errors.contains("recorded with origin expert"))
            #expect(try await coverage(bench)["liver"]?["annotated"] as? Int == 1)
        }
    }

    @Test func twoImportersAtOnceRecordEachCaseOnce() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "internal", scans: 1...3, in: bench)
            let both = [try bench.start(["dataset", "import", path]), try bench.start(["dataset", "import", path])]
            for program in both {
                let ending = await program.end()
                #expect(ending.status == 0, "\(ending.errors)")
            }
            #expect(try await bench.lacuna("volume", "list", "--json").rows().count == 3)
            #expect(try await coverage(bench)["liver"]?["annotated"] as? Int == 3)
        }
    }

    /// Masks are assigned to labels by content, so that equal masks of a case are stored once. The border of the two organs is
    /// defined differently, so that neither excludes the other.
    @Test func equalMasksOfACaseAreRecordedForEachOrgan() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(
                .totalSegmentator(classes: ["stomach", "pancreas", "aorta"], missingShare: 0), "set", scans: 1...1,
                in: bench)
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: path).first {
                    FileManager.default.fileExists(atPath: "\(path)/\($0)/segmentations")
                })
            let folder = "\(path)/\(name)/segmentations"
            let stomach = try Data(contentsOf: URL(filePath: "\(folder)/stomach.nii.gz"))
            for organ in ["sacrum", "vertebrae_S1"] {
                try stomach.write(to: URL(filePath: "\(folder)/\(organ).nii.gz"))
            }
            try FileManager.default.removeItem(atPath: "\(folder)/stomach.nii.gz")
            let ending = try await bench.lacuna("dataset", "import", path, "--json")
            #expect(ending.status == 0, "\(ending.errors) \(ending.output)")
            #expect(try ending.object()["newLabels"] as? Int == 4)

            let rows = try await bench.lacuna("mask", "list", "--json").rows()
            let voxels = Dictionary(
                uniqueKeysWithValues: rows.compactMap { row in
                    (row["organ"] as? String).map { ($0, row["voxels"] as? Int) }
                })
            #expect(voxels["sacrum"] == voxels["vertebrae_S1"] && voxels["aorta"] != voxels["sacrum"])
            var files: [String: Data] = [:]
            for organ in ["sacrum", "vertebrae_S1", "aorta"] {
                let file = "\(bench.folder)/\(organ).nii"
                let export = try await bench.lacuna("mask", "export", "1", organ, "--output", file)
                try #require(export.status == 0, "\(export.errors)")
                files[organ] = try Data(contentsOf: URL(filePath: file))
            }
            #expect(files["sacrum"] == files["vertebrae_S1"] && files["aorta"] != files["sacrum"])
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
        }
    }

    @Test func aDryRunRecordsNothing() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench)
            let ending = try await bench.lacuna("dataset", "import", path, "--dry-run", "--json")
            #expect(ending.status == 0)
            #expect(try ending.object()["accepted"] as? Int == 1)
            #expect(try await bench.count(Counting()) == 0)
        }
    }

    private func coverage(_ bench: Workbench) async throws -> [String: [String: Any]] {
        let rows = try await bench.lacuna("coverage", "--json").rows()
        return Dictionary(uniqueKeysWithValues: rows.compactMap { row in (row["organ"] as? String).map { ($0, row) } })
    }
}
