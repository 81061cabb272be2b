import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

/// Partial masks stay partial when they are edited, compared and combined.
@Suite struct PartialMaskTests {
    /// A scan whose liver is annotated below a height and `ignore` above it.
    private struct Scan {
        let truth: LabelVolume
        let hidden: BitVolume

        var liver: BitVolume { truth.mask(of: [6]) }
        var seen: BitVolume {
            var seen = liver
            seen.subtract(hidden)
            return seen
        }
        var known: Int { truth.shape.count - hidden.population }
    }

    private func importPartial(_ bench: Workbench) async throws -> Scan {
        let path = try PhantomData.write(.btcv, "odd", scans: 1...1, in: bench)
        let label = path + "/RawData/Training/label/label0001.nii.gz"
        let truth = try NIfTIReader().readLabels(label)
        let box = truth.box(of: [6])
        let shape = truth.shape
        let slab = VoxelBox(
            lower: Vector3(0, 0, (box.lower.z + box.upper.z) / 2), upper: Vector3(shape.x, shape.y, shape.z))
        let scan = Scan(truth: truth, hidden: BitVolume(shape, filling: slab))
        let (seen, hidden) = (scan.seen, scan.hidden)
        let values = (0..<shape.count).map { voxel -> UInt8 in hidden[voxel] ? 2 : seen[voxel] ? 1 : 0 }
        try NIfTIWriter.write(.uint8(VoxelBuffer(values)), on: truth.grid, to: label)
        try Data(
            """
            {"channel_names":{"0":"CT"},"file_ending":".nii.gz","labels":{"background":0,"liver":1,"ignore":2},
             "dataset":{"patA":{"images":["RawData/Training/img/img0001.nii.gz"],
              "label":"RawData/Training/label/label0001.nii.gz"}}}
            """.utf8
        ).write(to: URL(filePath: path + "/dataset.json"))
        let ending = try await bench.lacuna("dataset", "import", path, "--layout", "nnunet")
        #expect(ending.status == 0, "\(ending.errors)")
        return scan
    }

    /// The same scan with all of its liver.
    private func importWhole(_ bench: Workbench) async throws {
        let path = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench)
        #expect(try await bench.lacuna("dataset", "import", path).status == 0)
    }

    private func export(_ bench: Workbench, _ name: String, _ more: String...) async throws -> LabelVolume {
        let path = "\(bench.folder)/\(name).nii.gz"
        let ending = try await bench.start(["mask", "export", "1", "liver", "--output", path] + more).end()
        #expect(ending.status == 0, "\(ending.errors)")
        return try NIfTIReader().readLabels(path)
    }

    private func write(_ mask: BitVolume, _ grid: ImageGrid, _ name: String, _ bench: Workbench) throws -> String {
        let path = "\(bench.folder)/\(name).nii.gz"
        try NIfTIWriter.write(mask: mask, on: grid, to: path)
        return path
    }

    private func importMask(_ bench: Workbench, _ path: String, _ more: String...) async throws -> [String: Any] {
        let ending = try await bench.start(
            ["mask", "import", "1", "liver", path, "--reason", "x", "--json"] + more
        ).end()
        #expect(ending.status == 0, "\(ending.errors)")
        return try ending.object()
    }

    private func partial(_ bench: Workbench) async throws -> Int? {
        let rows = try await bench.lacuna("coverage", "--json").rows()
        return rows.first { $0["organ"] as? String == "liver" }?["partial"] as? Int
    }

    @Test func anEditedPartialMaskIsKnownWhereItWasAndWhereItWasEdited() async throws {
        try await Workbench.with { bench in
            let scan = try await importPartial(bench)
            let labels = try await export(bench, "liver")
            var mask = labels.mask(of: [1])
            #expect(mask == scan.seen)
            // One voxel less where the liver was known, one more where it was unknown.
            let voxels = (0..<mask.shape.count)
            let dropped = try #require(voxels.first { mask[$0] })
            let drawn = try #require(voxels.first { scan.hidden[$0] })
            (mask[dropped], mask[drawn]) = (false, true)
            let edited = try write(mask, labels.grid, "edited", bench)
            let object = try await importMask(bench, edited, "--rater", "r1")
            #expect(object["partial"] as? Bool == true)
            #expect(object["knownVoxels"] as? Int == scan.known + 1)
            #expect(object["current"] as? Bool == true)
            #expect(try await partial(bench) == 1)
            #expect(try await importMask(bench, edited, "--rater", "r1")["changed"] as? Bool == false)

            // Unknown voxels are exported as ignore.
            let ending = try await bench.lacuna(
                "export", "nnunet", "--output", bench.folder, "--dataset-id", "7", "--name", "A", "--organs", "liver")
            #expect(ending.status == 0, "\(ending.errors)")
            let folder = "\(bench.folder)/Dataset007_A/labelsTr"
            let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
            let exported = try NIfTIReader().readLabels("\(folder)/\(file)")
            #expect(exported.region(of: 2)?.voxels == scan.hidden.population - 1)
            #expect(exported.mask(of: [1]) == mask)
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)

            let whole = try await importMask(bench, edited, "--rater", "r1", "--complete")
            #expect(whole["partial"] as? Bool == false && whole["changed"] as? Bool == true)
            #expect(whole["knownVoxels"] as? Int == scan.truth.shape.count)
            #expect(try await partial(bench) == 0)
            #expect(try await bench.lacuna("label", "restore", "1", "liver", "--reason", "x").status == 0)
            #expect(try await partial(bench) == 1)
        }
    }

    @Test func unknownVoxelsKeepTheirValueThroughExportAndImport() async throws {
        try await Workbench.with { bench in
            let scan = try await importPartial(bench)
            let labels = try await export(bench, "liver", "--unknown", "255")
            #expect(labels.mask(of: [255]) == scan.hidden && labels.mask(of: [1]) == scan.seen)
            // Unedited: the same mask, now as a person's annotation.
            let same = try await importMask(bench, "\(bench.folder)/liver.nii.gz", "--ignore", "255")
            #expect(same["knownVoxels"] as? Int == scan.known && same["voxels"] as? Int == scan.seen.population)
            // One more slice is known.
            var hidden = scan.hidden
            let shape = hidden.shape
            let z = hidden.boundingBox.lower.z
            let slice = BitVolume(
                shape, filling: VoxelBox(lower: Vector3(0, 0, z), upper: Vector3(shape.x, shape.y, z + 1)))
            hidden.subtract(slice)
            let liver = scan.liver
            let values = (0..<shape.count).map { voxel -> UInt8 in hidden[voxel] ? 9 : liver[voxel] ? 1 : 0 }
            let path = bench.folder + "/more.nii.gz"
            try NIfTIWriter.write(.uint8(VoxelBuffer(values)), on: labels.grid, to: path)
            let more = try await importMask(bench, path, "--ignore", "9")
            #expect(more["partial"] as? Bool == true)
            #expect(more["knownVoxels"] as? Int == scan.known + shape.x * shape.y)
            #expect(try await export(bench, "again", "--unknown", "9").mask(of: [9]) == hidden)

            let unnamed = try await bench.lacuna("mask", "import", "1", "liver", path, "--reason", "x")
            #expect(unnamed.status == 3 && unnamed.errors.contains("--ignore"), "\(unnamed.errors)")
            let both = try await bench.lacuna(
                "mask", "import", "1", "liver", path, "--reason", "x", "--ignore", "9", "--complete")
            #expect(both.status == 2)
        }
    }

    @Test func masksAreComparedWhereBothAreKnown() async throws {
        try await Workbench.with { bench in
            let scan = try await importPartial(bench)
            try await importWhole(bench)
            let pair = try #require(try await bench.lacuna("mask", "compare", "1", "liver", "--json").rows().first)
            #expect(pair["dice"] as? Double == 1)
            #expect(pair["changedVoxels"] as? Int == 0 && pair["differenceMillilitres"] as? Double == 0)
            #expect(pair["comparedVoxels"] as? Int == scan.known)
            let share = try #require(pair["comparedShare"] as? Double)
            #expect(abs(share - Double(scan.known) / Double(scan.truth.shape.count)) < 1e-9)
            let table = try await bench.lacuna("mask", "compare", "1", "liver")
            #expect(table.output.contains("compared voxels"))
            let ids = try await bench.lacuna("mask", "list", "--organ", "liver", "--json").rows()
            let other = try #require(pair["secondMask"] as? Int)
            let first = try #require(ids.first?["id"] as? Int)
            let named = try await bench.lacuna("mask", "compare", String(first), String(other), "--json").object()
            #expect(named["dice"] as? Double == 1 && named["comparedVoxels"] as? Int == scan.known)
        }
    }

    @Test func aConsensusIsKnownWhereEnoughMasksAre() async throws {
        try await Workbench.with { bench in
            let scan = try await importPartial(bench)
            try await importWhole(bench)
            let majority = try await bench.lacuna(
                "mask", "consensus", "1", "liver", "--method", "majority", "--reason", "x", "--json"
            ).object()
            #expect(majority["partial"] as? Bool == true)
            #expect(majority["knownVoxels"] as? Int == scan.known)
            #expect(majority["voxels"] as? Int == scan.seen.population)
            let staple = try await bench.lacuna(
                "mask", "consensus", "1", "liver", "--method", "staple", "--adopt", "--reason", "x", "--json"
            ).object()
            #expect(staple["partial"] as? Bool == false)
            #expect(staple["voxels"] as? Int == scan.liver.population, "only the whole mask is known in the upper part")
            let shown = try await bench.lacuna("mask", "show", String(try #require(majority["mask"] as? Int)), "--json")
            #expect(try shown.object()["knownVoxels"] as? Int == scan.known)
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
        }
    }

    @Test func releasesAreComparedWhereBothAreKnown() async throws {
        try await Workbench.with { bench in
            let scan = try await importPartial(bench)
            let path = bench.folder + "/data/odd"
            let label = path + "/RawData/Training/label/label0001.nii.gz"
            let liver = scan.liver
            let values = (0..<liver.shape.count).map { voxel -> UInt8 in liver[voxel] ? 1 : 0 }
            try NIfTIWriter.write(.uint8(VoxelBuffer(values)), on: scan.truth.grid, to: label)
            let second = try await bench.lacuna(
                "dataset", "import", path, "--layout", "nnunet", "--release", "second")
            #expect(second.status == 0, "\(second.errors)")
            let releases = try await bench.lacuna("dataset", "list", "--json").rows().compactMap {
                $0["release"] as? String
            }
            let old = try #require(releases.first { $0 != "second" })
            let rows = try await bench.lacuna(
                "dataset", "diff", "odd", "--release", old, "--release", "second", "--json"
            ).rows()
            #expect(rows.map { $0["change"] as? String } == ["mask"])
            #expect(rows[0]["dice"] as? Double == 1 && rows[0]["changedVoxels"] as? Int == 0)
            #expect(rows[0]["comparedVoxels"] as? Int == scan.known)
        }
    }
}
