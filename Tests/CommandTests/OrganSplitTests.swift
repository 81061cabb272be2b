import Domain
import Foundation
import Imaging
import Phantoms
import Testing

/// Labels of both kidneys in one are split into left and right, and taken back.
@Suite struct OrganSplitTests {
    /// BTCV's files, read as a dataset that has both kidneys under one name.
    private func importMerged(
        _ bench: Workbench, name: String = "merged", scans: ClosedRange<Int> = 1...2, orientation: String = "LPS"
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

    /// The part of kidneys that lies on one side of the volume's middle, as a file.
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
    func bothKidneysBecomeLeftAndRightAndOneAgain(_ orientation: String) async throws {
        try await Workbench.with { bench in
            let path = try await importMerged(bench, orientation: orientation)
            let before = try await coverage(bench, of: "kidney_left")
            #expect(before["annotated"] as? Int == 0)
            #expect(before["unionKnown"] as? Int == 2)
            let states = try await bench.lacuna("mask", "list", "--json").output
            let counts = try await bench.lacuna("coverage", "--json").output
            let revision = try await bench.revision()

            let planned = try await bench.lacuna("organ", "split", "kidneys", "--dry-run", "--json")
            #expect(planned.status == 0, "\(planned.errors)")
            #expect(try planned.rows().map { $0["outcome"] as? String } == ["split", "split"])
            #expect(try await bench.revision() == revision)

            let split = try await bench.lacuna("organ", "split", "kidney", "--json")
            #expect(split.status == 0, "\(split.errors)")
            let rows = try split.rows()
            for (row, scan) in zip(rows, ["0001", "0002"]) {
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

            let again = try await bench.lacuna("organ", "split", "kidney", "--json")
            #expect(again.status == 0)
            #expect(try again.rows().map { $0["outcome"] as? String } == ["unchanged", "unchanged"])
            #expect(try await bench.revision() == revision + 2)

            let activity = String(try #require(rows[0]["activity"] as? Int))
            let undone = try await bench.lacuna("organ", "unsplit", activity, "--reason", "not now", "--json")
            #expect(try undone.object()["labels"] as? Int == 4)
            #expect(try await bench.lacuna("mask", "list", "--json").output == states)
            #expect(try await bench.lacuna("coverage", "--json").output == counts)
            let twice = try await bench.lacuna("organ", "unsplit", activity, "--reason", "not now", "--json")
            #expect(try twice.object()["changed"] as? Bool == false)

            let redone = try await bench.lacuna("organ", "split", "kidney", "--json").rows()
            #expect(redone.map { $0["outcome"] as? String } == ["split", "split"])
            #expect(try await coverage(bench, of: "kidney_right")["annotated"] as? Int == 2)
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
        }
    }

    @Test func theSidesKnowTheMaskThatTheyCameFromAndItKnowsThem() async throws {
        try await Workbench.with { bench in
            _ = try await importMerged(bench, scans: 1...1)
            #expect(try await bench.lacuna("organ", "split", "kidney").status == 0)
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

    /// A single kidney is not guessed to be one side, and the others are split all the same.
    @Test func aSingleKidneyIsRefusedWithItsReason() async throws {
        try await Workbench.with { bench in
            _ = try await importMerged(bench)
            let one = try await oneKidney(bench, volume: "2")
            #expect(try await bench.lacuna("mask", "import", "2", "kidney", one, "--reason", "removed").status == 0)
            let split = try await bench.lacuna("organ", "split", "kidney", "--json")
            #expect(split.status == 4, "\(split.errors)")
            let rows = try split.rows()
            #expect(rows.map { $0["outcome"] as? String } == ["split", "refused"])
            #expect((rows[1]["reason"] as? String)?.contains("two organs that touch") == true)
            #expect(try await coverage(bench, of: "kidney_left")["annotated"] as? Int == 1)
            let only = try await bench.lacuna("organ", "split", "kidney", "--volume", "2", "--json")
            #expect(only.status == 3)
            let none = try await bench.lacuna("organ", "split", "kidney", "--dataset", "nobody")
            #expect(none.status == 3)
            let unpaired = try await bench.lacuna("organ", "split", "liver")
            #expect(unpaired.status == 3)
            #expect(unpaired.errors.contains("kidney, "), "\(unpaired.errors)")
            #expect(try await bench.lacuna("organ", "unsplit", "1", "--reason", "x").status == 3)
        }
    }

    /// Another mask of both kidneys: the sides follow it at the next split, with the masks before as their parents.
    @Test func aCorrectedMaskIsSplitAnewAndTakingThatBackRestoresTheSplitBefore() async throws {
        try await Workbench.with { bench in
            _ = try await importMerged(bench, scans: 1...1)
            #expect(try await bench.lacuna("organ", "split", "kidney").status == 0)
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
            let split = try await bench.lacuna("organ", "split", "kidney", "--json").rows()
            #expect(split.map { $0["outcome"] as? String } == ["split"])
            let sum = (split[0]["leftVoxels"] as? Int ?? 0) + (split[0]["rightVoxels"] as? Int ?? 0)
            #expect(sum == mask.population)
            let masks = try await bench.lacuna("mask", "list", "--json").rows()
            let sides = masks.filter { ($0["organ"] as? String)?.hasPrefix("kidney_") == true }
            #expect(sides.reduce(0) { $0 + ($1["voxels"] as? Int ?? 0) } == mask.population)
            let activity = String(try #require(split[0]["activity"] as? Int))
            #expect(try await bench.lacuna("organ", "unsplit", activity, "--reason", "x").status == 0)
            #expect(try await bench.lacuna("mask", "list", "--json").output == states)
        }
    }

    /// Sides of a label that was taken back are told, and are taken back like any other label.
    @Test func sidesThatOutliveTheirLabelAreTold() async throws {
        try await Workbench.with { bench in
            _ = try await importMerged(bench)
            #expect(try await bench.lacuna("organ", "split", "kidney").status == 0)
            func takeBack(_ organ: String) async throws {
                let set = try await bench.lacuna(
                    "label", "set", "1", organ, "unlabelled", "--override", "--reason", "drawn on another scan")
                #expect(set.status == 0, "\(set.errors)")
            }
            try await takeBack("kidney")
            let told = try await bench.lacuna("organ", "split", "kidney", "--json")
            #expect(told.status == 4)
            #expect(try told.rows().map { $0["outcome"] as? String } == ["refused", "unchanged"])
            #expect((try told.rows()[0]["reason"] as? String)?.contains("counts no more") == true)
            for side in ["kidney_left", "kidney_right"] { try await takeBack(side) }
            #expect(try await coverage(bench, of: "kidney_left")["annotated"] as? Int == 1)
            let quiet = try await bench.lacuna("organ", "split", "kidney", "--json")
            #expect(quiet.status == 0)
            #expect(try quiet.rows().count == 1)
        }
    }

    @Test func aRemovedDatasetTakesItsSidesAlongAndBringsThemBack() async throws {
        try await Workbench.with { bench in
            _ = try await importMerged(bench, scans: 1...1)
            let plain = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", plain).status == 0)
            #expect(try await bench.lacuna("organ", "split", "kidney").status == 0)
            let states = try await bench.lacuna("mask", "list", "--json").output
            let counts = try await bench.lacuna("coverage", "--json").output
            let removed = try await bench.lacuna("dataset", "remove", "merged", "--yes", "--reason", "licence")
            #expect(removed.status == 0, "\(removed.errors)")
            let left = try await bench.lacuna("mask", "list", "--json").rows()
            #expect(left.map { $0["organ"] as? String } == ["liver"])
            #expect(try await bench.lacuna("dataset", "restore", "merged", "--reason", "granted").status == 0)
            #expect(try await bench.lacuna("mask", "list", "--json").output == states)
            #expect(try await bench.lacuna("coverage", "--json").output == counts)
            #expect(
                try await bench.lacuna("dataset", "remove", "merged", "--yes", "--reason", "licence").status == 0)
            #expect(try await bench.lacuna("dataset", "purge", "merged", "--yes", "--reason", "licence").status == 0)
            let purged = try await bench.lacuna("verify", "--read-data")
            #expect(purged.status == 0, "\(purged.output)")
        }
    }

    /// What another source says of a side is not put in doubt by a rule.
    @Test func sidesThatAnotherSourceLabelsAreLeftAlone() async throws {
        try await Workbench.with { bench in
            _ = try await importMerged(bench, scans: 1...1)
            let sided = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", sided).status == 0)
            let rows = try await bench.lacuna("organ", "split", "kidney", "--json").rows()
            #expect(rows.map { $0["outcome"] as? String } == ["nothing"])
            #expect(
                try await bench.lacuna(
                    "label", "set", "1", "kidney_left", "unlabelled", "--override", "--reason", "x"
                ).status == 0)
            let refused = try await bench.lacuna("organ", "split", "kidney", "--json")
            #expect(refused.status == 3)
            #expect((try refused.rows()[0]["reason"] as? String)?.contains("kidney_right") == true)
        }
    }
}
