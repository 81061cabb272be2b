import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

/// Annotations of both kidneys are partitioned into left and right, and the partition is taken back.
@Suite struct OrganPartitionTests {
    /// BTCV's files, imported with one label value for both kidneys.
    private func importComposite(
        _ bench: Workbench, name: String = "composite", scans: ClosedRange<Int> = 1...2, orientation: String = "LPS"
    ) async throws -> String {
        let path = try PhantomData.write(.btcv, name, scans: scans, in: bench, orientation: orientation)
        let map = "\(bench.folder)/\(name).yaml"
        try """
        release: \(name)
        values:
          1: spleen
          2: kidneys
          3: kidneys
          4: ignore
          5: ignore
          6: liver
          7: ignore
          8: ignore
          9: ignore
          10: ignore
          11: ignore
          12: adrenals
          13: adrenals
        """.write(toFile: map, atomically: true, encoding: .utf8)
        let imported = try await bench.lacuna("dataset", "import", path, "--map", map)
        #expect(imported.status == 0, "\(imported.errors)")
        return path
    }

    private func coverage(_ bench: Workbench, of organ: String) async throws -> [String: Any] {
        let rows = try await bench.lacuna("coverage", "--json").rows()
        return try #require(rows.first { $0["organ"] as? String == organ })
    }

    /// The part of the kidneys on one side of the volume's middle, as a file.
    private func oneKidney(_ bench: Workbench, volume: String) async throws -> String {
        let whole = "\(bench.folder)/kidneys.nii.gz"
        #expect(try await bench.lacuna("mask", "export", volume, "kidney", "--output", whole).status == 0)
        let labels = try NIfTIReader().readLabels(whole)
        var mask = labels.mask(of: [1])
        for z in 0..<mask.shape.z {
            for y in 0..<mask.shape.y { for x in 0..<mask.shape.x / 2 { mask[x, y, z] = false } }
        }
        let path = "\(bench.folder)/one.nii.gz"
        try NIfTIWriter.write(mask: mask, on: labels.grid, to: path)
        return path
    }

    @Test(arguments: ["RAS", "LPS", "LAS"])
    func bothKidneysArePartitionedAndThePartitionIsUndone(_ orientation: String) async throws {
        try await Workbench.with { bench in
            let path = try await importComposite(bench, orientation: orientation)
            let before = try await coverage(bench, of: "kidney_left")
            #expect(before["annotated"] as? Int == 0)
            #expect(before["unionKnown"] as? Int == 2)
            let states = try await bench.lacuna("mask", "list", "--json").output
            let counts = try await bench.lacuna("coverage", "--json").output
            let revision = try await bench.revision()

            let planned = try await bench.lacuna("organ", "partition", "kidneys", "--dry-run", "--json")
            #expect(planned.status == 0, "\(planned.errors)")
            #expect(try planned.rows().map { $0["outcome"] as? String } == ["partitioned", "partitioned"])
            #expect(try await bench.revision() == revision)

            let partition = try await bench.lacuna("organ", "partition", "kidney", "--json")
            #expect(partition.status == 0, "\(partition.errors)")
            let rows = try partition.rows()
            #expect(Set(rows.compactMap { ($0["case"] as? String)?.suffix(4) }) == ["0001", "0002"])
            for row in rows {
                let scan = try #require((row["case"] as? String)?.suffix(4))
                let file = try #require(
                    try FileManager.default.subpathsOfDirectory(atPath: path).first {
                        $0.hasSuffix("label\(scan).nii.gz")
                    })
                let truth = try NIfTIReader().readLabels("\(path)/\(file)")
                #expect(row["rightVoxels"] as? Int == truth.mask(of: [2]).population)
                #expect(row["leftVoxels"] as? Int == truth.mask(of: [3]).population)
            }
            let left = try await coverage(bench, of: "kidney_left")
            #expect(left["annotated"] as? Int == 2)
            #expect(left["unionKnown"] as? Int == 0)
            #expect((left["byOrigin"] as? [String: Int])?["expert"] == 2)

            let again = try await bench.lacuna("organ", "partition", "kidney", "--json")
            #expect(again.status == 0)
            #expect(try again.rows().map { $0["outcome"] as? String } == ["unchanged", "unchanged"])
            #expect(try await bench.revision() == revision + 2)

            let activity = String(try #require(rows[0]["activity"] as? Int))
            let undone = try await bench.lacuna(
                "organ", "partition", "--undo", activity, "--reason", "not now", "--json")
            #expect(try undone.object()["labels"] as? Int == 4)
            #expect(try await bench.lacuna("mask", "list", "--json").output == states)
            #expect(try await bench.lacuna("coverage", "--json").output == counts)
            let twice = try await bench.lacuna(
                "organ", "partition", "--undo", activity, "--reason", "not now", "--json")
            #expect(try twice.object()["changed"] as? Bool == false)

            let redone = try await bench.lacuna("organ", "partition", "kidney", "--json").rows()
            #expect(redone.map { $0["outcome"] as? String } == ["partitioned", "partitioned"])
            #expect(try await coverage(bench, of: "kidney_right")["annotated"] as? Int == 2)
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
        }
    }

    @Test func theCoverageOfCompositeLabelsNamesTheCommand() async throws {
        try await Workbench.with { bench in
            _ = try await importComposite(bench, scans: 1...1)
            let note = "only a composite label of: "
            let before = try await bench.lacuna("coverage")
            #expect(before.errors.contains(note) && before.errors.contains("kidney_left"), "\(before.errors)")
            #expect(before.errors.contains("lacuna organ partition"), "\(before.errors)")
            #expect(try await bench.lacuna("organ", "partition", "kidney").status == 0)
            let after = try await bench.lacuna("coverage")
            #expect(!after.errors.contains("composite label of: kidney"), "\(after.errors)")
        }
    }

    @Test func lineageConnectsTheSidesWithTheCompositeMask() async throws {
        try await Workbench.with { bench in
            _ = try await importComposite(bench, scans: 1...1)
            #expect(try await bench.lacuna("organ", "partition", "kidney").status == 0)
            let masks = try await bench.lacuna("mask", "list", "--json").rows()
            func id(_ organ: String) throws -> Int {
                try #require(masks.first { $0["organ"] as? String == organ }?["id"] as? Int)
            }
            let (whole, left) = (try id("kidney"), try id("kidney_left"))
            let behind = try await bench.lacuna("lineage", "\(left)", "--json").rows()
            #expect(behind.contains { $0["id"] as? Int == whole && $0["via"] as? String == "computed from" })
            #expect(behind.contains { ($0["label"] as? String)?.contains("label0001.nii.gz") == true })
            let ahead = try await bench.lacuna("lineage", "\(whole)", "--forward", "--json").rows()
            #expect(ahead.contains { $0["id"] as? Int == left })
            let shown = try await bench.lacuna("mask", "show", "\(left)", "--json").object()
            #expect(shown["origin"] as? String == "expert")
        }
    }

    /// The side of a single kidney is not guessed; the other volumes are partitioned.
    @Test func aSingleKidneyIsRefusedWithItsReason() async throws {
        try await Workbench.with { bench in
            _ = try await importComposite(bench)
            let one = try await oneKidney(bench, volume: "2")
            #expect(try await bench.lacuna("mask", "import", "2", "kidney", one, "--reason", "removed").status == 0)
            let partition = try await bench.lacuna("organ", "partition", "kidney", "--json")
            #expect(partition.status == 4, "\(partition.errors)")
            let rows = try partition.rows()
            #expect(rows.map { $0["outcome"] as? String } == ["partitioned", "refused"])
            #expect((rows[1]["reason"] as? String)?.contains("two organs that touch") == true)
            #expect(try await coverage(bench, of: "kidney_left")["annotated"] as? Int == 1)
            let only = try await bench.lacuna("organ", "partition", "kidney", "--volume", "2", "--json")
            #expect(only.status == 3)
            let none = try await bench.lacuna("organ", "partition", "kidney", "--dataset", "nobody")
            #expect(none.status == 3)
            let unpaired = try await bench.lacuna("organ", "partition", "liver")
            #expect(unpaired.status == 3)
            #expect(unpaired.errors.contains("kidney, "), "\(unpaired.errors)")
            #expect(try await bench.lacuna("organ", "partition", "--undo", "1", "--reason", "x").status == 3)
        }
    }

    /// The next partition replaces the sides of a corrected mask; their parents are the earlier sides.
    @Test func aCorrectedMaskIsPartitionedAgainAndTheUndoRestoresTheEarlierSides() async throws {
        try await Workbench.with { bench in
            _ = try await importComposite(bench, scans: 1...1)
            #expect(try await bench.lacuna("organ", "partition", "kidney").status == 0)
            let whole = "\(bench.folder)/whole.nii.gz"
            #expect(try await bench.lacuna("mask", "export", "1", "kidney", "--output", whole).status == 0)
            let labels = try NIfTIReader().readLabels(whole)
            var mask = labels.mask(of: [1])
            if let first = (0..<mask.shape.count).first(where: { mask[$0] }) { mask[first] = false }
            let path = "\(bench.folder)/drawn.nii.gz"
            try NIfTIWriter.write(mask: mask, on: labels.grid, to: path)
            let imported = try await bench.lacuna("mask", "import", "1", "kidney", path, "--reason", "leak")
            #expect(imported.status == 0, "\(imported.errors)")
            let states = try await bench.lacuna("mask", "list", "--json").output
            let partition = try await bench.lacuna("organ", "partition", "kidney", "--json").rows()
            #expect(partition.map { $0["outcome"] as? String } == ["partitioned"])
            let sum = (partition[0]["leftVoxels"] as? Int ?? 0) + (partition[0]["rightVoxels"] as? Int ?? 0)
            #expect(sum == mask.population)
            let masks = try await bench.lacuna("mask", "list", "--json").rows()
            let sides = masks.filter { ($0["organ"] as? String)?.hasPrefix("kidney_") == true }
            #expect(sides.reduce(0) { $0 + ($1["voxels"] as? Int ?? 0) } == mask.population)
            let activity = String(try #require(partition[0]["activity"] as? Int))
            #expect(try await bench.lacuna("organ", "partition", "--undo", activity, "--reason", "x").status == 0)
            #expect(try await bench.lacuna("mask", "list", "--json").output == states)
        }
    }

    /// Sides of a composite label that is no longer current are reported; they are set to unlabelled like any other label.
    @Test func sidesWithoutTheirCompositeLabelAreReported() async throws {
        try await Workbench.with { bench in
            _ = try await importComposite(bench)
            #expect(try await bench.lacuna("organ", "partition", "kidney").status == 0)
            func takeBack(_ organ: String) async throws {
                let set = try await bench.lacuna(
                    "label", "set", "1", organ, "unlabelled", "--override", "--reason", "drawn on another scan")
                #expect(set.status == 0, "\(set.errors)")
            }
            try await takeBack("kidney")
            let reported = try await bench.lacuna("organ", "partition", "kidney", "--json")
            #expect(reported.status == 4)
            #expect(try reported.rows().map { $0["outcome"] as? String } == ["refused", "unchanged"])
            #expect((try reported.rows()[0]["reason"] as? String)?.contains("no longer current") == true)
            for side in ["kidney_left", "kidney_right"] { try await takeBack(side) }
            #expect(try await coverage(bench, of: "kidney_left")["annotated"] as? Int == 1)
            let quiet = try await bench.lacuna("organ", "partition", "kidney", "--json")
            #expect(quiet.status == 0)
            #expect(try quiet.rows().count == 1)
        }
    }

    @Test func removingAndRestoringADatasetIncludesItsSides() async throws {
        try await Workbench.with { bench in
            _ = try await importComposite(bench, scans: 1...1)
            let plain = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", plain).status == 0)
            #expect(try await bench.lacuna("organ", "partition", "kidney").status == 0)
            let states = try await bench.lacuna("mask", "list", "--json").output
            let counts = try await bench.lacuna("coverage", "--json").output
            let removed = try await bench.lacuna("dataset", "remove", "composite", "--yes", "--reason", "licence")
            #expect(removed.status == 0, "\(removed.errors)")
            let left = try await bench.lacuna("mask", "list", "--json").rows()
            #expect(left.map { $0["organ"] as? String } == ["liver"])
            #expect(try await bench.lacuna("dataset", "restore", "composite", "--reason", "granted").status == 0)
            #expect(try await bench.lacuna("mask", "list", "--json").output == states)
            #expect(try await bench.lacuna("coverage", "--json").output == counts)
            #expect(
                try await bench.lacuna("dataset", "remove", "composite", "--yes", "--reason", "licence").status == 0)
            #expect(try await bench.lacuna("dataset", "purge", "composite", "--yes", "--reason", "licence").status == 0)
            let purged = try await bench.lacuna("verify", "--read-data")
            #expect(purged.status == 0, "\(purged.output)")
        }
    }

    /// Another source's label of a side takes precedence over a partition.
    @Test func sidesLabelledByAnotherSourceAreNotPartitioned() async throws {
        try await Workbench.with { bench in
            _ = try await importComposite(bench, scans: 1...1)
            let sided = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", sided).status == 0)
            let rows = try await bench.lacuna("organ", "partition", "kidney", "--json").rows()
            #expect(rows.map { $0["outcome"] as? String } == ["skipped"])
            #expect(
                try await bench.lacuna(
                    "label", "set", "1", "kidney_left", "unlabelled", "--override", "--reason", "x"
                ).status == 0)
            let refused = try await bench.lacuna("organ", "partition", "kidney", "--json")
            #expect(refused.status == 3)
            #expect((try refused.rows()[0]["reason"] as? String)?.contains("kidney_right") == true)
        }
    }

    @Test func aVolumeIsNamedByARelativeAndByAnAbsolutePath() async throws {
        try await Workbench.with { bench in
            let path = try await importComposite(bench)
            let images = "\(path)/RawData/Training/img"
            for (name, volume) in [("img0001.nii.gz", 1), ("\(images)/img0002.nii.gz", 2)] {
                let arguments = ["organ", "partition", "kidney", "--volume", name, "--dry-run", "--json"]
                let planned = try await bench.start(arguments, folder: images).end()
                #expect(planned.status == 0, "\(planned.errors)")
                #expect(try planned.rows().map { $0["volume"] as? Int } == [volume])
            }
        }
    }

    @Test(arguments: [
        [], ["kidney", "--undo", "1", "--reason", "x"], ["--undo", "1"], ["--undo", "1", "--dry-run", "--reason", "x"],
    ])
    func anOrganAndAnUndoExcludeEachOther(_ arguments: [String]) async throws {
        try await Workbench.with { bench in
            let ending = try await bench.start(["organ", "partition"] + arguments).end()
            #expect(ending.status == 2, "\(ending.errors)")
        }
    }
}
