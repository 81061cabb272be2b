import Domain
import Foundation
import Imaging
import TestSupport
import Testing

/// Masks by their ids, all organs as one label map, and files that cover a part of the image.
@Suite struct LabelMapTests {
    private func imported(_ bench: Workbench) async throws {
        let path = try SmallDataset.write("in", cases: ["a": SmallDataset.affine], in: bench)
        #expect(try await bench.lacuna("dataset", "import", path, "--name", "set").status == 0)
    }

    private func masks(_ bench: Workbench) async throws -> [[String: Any]] {
        try await bench.lacuna("mask", "list", "--json").rows()
    }

    private func id(_ organ: String, _ rows: [[String: Any]]) throws -> Int {
        try #require(rows.first { $0["organ"] as? String == organ }?["id"] as? Int)
    }

    @Test func aMaskIsWrittenByItsIdAlsoWhenItIsSuperseded() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let old = try id("liver", try await masks(bench))
            let part = VoxelBox(lower: SmallDataset.liver.lower, upper: Vector3(20, 14, 6))
            let edit = bench.folder + "/edit.nii.gz"
            let grid = ImageGrid(shape: SmallDataset.shape, affine: SmallDataset.affine)
            try NIfTIWriter.write(mask: SmallDataset.mask(part), on: grid, to: edit)
            #expect(try await bench.lacuna("mask", "import", "set/a", "liver", edit, "--reason", "x").status == 0)
            let new = try id("liver", try await masks(bench))
            #expect(new != old)
            for (mask, box) in [(old, SmallDataset.liver), (new, part)] {
                let file = "\(bench.folder)/\(mask).nii.gz"
                let ending = try await bench.lacuna("mask", "export", "--mask", "\(mask)", "--output", file, "--json")
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(try ending.object()["organ"] as? String == "liver")
                #expect(try NIfTIReader().readLabels(file).mask(of: [1]) == SmallDataset.mask(box))
            }
            let unknown = try await bench.lacuna("mask", "export", "--mask", "999", "--output", bench.folder + "/u.nii")
            #expect(unknown.status == 3, "\(unknown.errors)")
            for arguments in [["1"], ["1", "liver", "--mask", "1"], ["1", "liver", "--all"], ["--all"]] {
                let ending = try await bench.start(["mask", "export", "--output", "x.nii"] + arguments).end()
                #expect(ending.status == 2, "\(arguments)")
            }
        }
    }

    @Test func masksOfARemovedDatasetOrVolumeAreNotWritten() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let mask = String(try id("liver", try await masks(bench)))
            #expect(try await bench.lacuna("dataset", "remove", "set", "--yes", "--reason", "ended").status == 0)
            let ending = try await bench.lacuna("mask", "export", "--mask", mask, "--output", bench.folder + "/x.nii")
            #expect(ending.status == 5, "\(ending.errors)")
            #expect(!FileManager.default.fileExists(atPath: bench.folder + "/x.nii"))
        }
    }

    private func exported(_ bench: Workbench, _ name: String = "all") async throws -> String {
        let file = "\(bench.folder)/\(name).nii.gz"
        let ending = try await bench.lacuna("mask", "export", "set/a", "--all", "--output", file, "--json")
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(try ending.rows().map { $0["value"] as? Int } == [1, 2])
        return file
    }

    @Test(arguments: ["label.txt", "ctbl"]) func anUneditedMapChangesNothing(table: String) async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let before = try await bench.revision()
            let file = try await exported(bench)
            let table = "\(bench.folder)/all.\(table)"
            #expect(try String(contentsOfFile: table, encoding: .utf8).contains("222 110 75"), "the liver's colour")
            let again = try await bench.lacuna(
                "mask", "import", "set/a", file, "--map", table, "--reason", "x", "--json")
            #expect(again.status == 0, "\(again.errors)")
            #expect(try again.rows().isEmpty && again.errors.contains("Unchanged: liver, spleen"), "\(again.errors)")
            #expect(try await bench.revision() == before)
            let taken = try await bench.lacuna("mask", "export", "set/a", "--all", "--output", file)
            #expect(taken.status == 5)
        }
    }

    @Test func onlyTheEditedOrganIsRecorded() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let old = try await masks(bench)
            let file = try await exported(bench)
            let labels = try NIfTIReader().readLabels(file)
            var (liver, spleen) = (labels.mask(of: [1]), labels.mask(of: [2]))
            spleen[9, 9, 9] = true
            liver[9, 9, 9] = false
            let edited = bench.folder + "/edited.nii.gz"
            func write(_ spleen: BitVolume, _ other: UInt8 = 0) throws {
                let voxels = (0..<SmallDataset.shape.count).map { liver[$0] ? 1 : spleen[$0] ? UInt8(2) : other }
                try NIfTIWriter.write(.uint8(VoxelBuffer(voxels)), on: labels.grid, to: edited)
            }
            func take(_ table: String = "all.label.txt") async throws -> Ending {
                try await bench.lacuna(
                    "mask", "import", "set/a", edited, "--map", "\(bench.folder)/\(table)", "--reason", "x", "--json")
            }
            try write(spleen)
            let taken = try await take()
            #expect(taken.status == 0, "\(taken.errors)")
            #expect(try taken.rows().map { $0["organ"] as? String } == ["spleen"])
            let new = try await masks(bench)
            #expect(try id("liver", new) == id("liver", old))
            #expect(new.first { $0["organ"] as? String == "spleen" }?["voxels"] as? Int == spleen.population)

            let revision = try await bench.revision()
            try write(BitVolume(SmallDataset.shape))
            let emptied = try await take()
            #expect(emptied.status == 3 && emptied.errors.contains("spleen has no voxel"), "\(emptied.errors)")
            try write(spleen, 9)
            let stranger = try await take()
            #expect(stranger.status == 3 && stranger.errors.contains("does not name: 9"), "\(stranger.errors)")
            try "1,liver\n2,spleen\n9,Label 9\n".write(
                toFile: bench.folder + "/own.csv", atomically: true, encoding: .utf8)
            let unnamed = try await take("own.csv")
            #expect(unnamed.status == 3 && unnamed.errors.contains("Label 9"), "\(unnamed.errors)")
            try "1,liver\n1,spleen\n".write(toFile: bench.folder + "/own.csv", atomically: true, encoding: .utf8)
            let twice = try await take("own.csv")
            #expect(twice.status == 3 && twice.errors.contains("line 2"), "\(twice.errors)")
            #expect(try await bench.revision() == revision)
        }
    }

    @Test func overlappingMasksAreNotWrittenIntoOneMap() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let grid = ImageGrid(shape: SmallDataset.shape, affine: SmallDataset.affine)
            let edit = bench.folder + "/edit.nii.gz"
            try NIfTIWriter.write(mask: SmallDataset.mask(SmallDataset.liver), on: grid, to: edit)
            for organ in ["stomach", "liver_tumour"] {
                let ending = try await bench.lacuna("mask", "import", "set/a", organ, edit, "--reason", "x")
                #expect(ending.status == 0, "\(ending.errors)")
            }
            let file = bench.folder + "/all.nii.gz"
            let refused = try await bench.lacuna("mask", "export", "set/a", "--all", "--output", file)
            #expect(refused.status == 3 && refused.errors.contains("share"), "\(refused.errors)")
            let some = try await bench.lacuna(
                "mask", "export", "set/a", "--organ", "liver", "--organ", "liver_tumour", "--output", file)
            #expect(some.status == 0, "\(some.errors)")
            let again = try await bench.lacuna(
                "mask", "import", "set/a", file, "--map", bench.folder + "/all.label.txt", "--reason", "x")
            #expect(again.errors.contains("Unchanged: liver, liver_tumour"), "a lesion belongs to its organ")
        }
    }

    @Test(arguments: [false, true]) func aCropIsTakenWithItsExtent(isComplete: Bool) async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let box = VoxelBox(lower: Vector3(13, 5, 3), upper: Vector3(21, 15, 11))
            let first = SmallDataset.affine.world(Vector3((0..<3).map { Double(box.lower[$0]) }))
            let grid = ImageGrid(
                canonicalShape: box.shape,
                canonicalAffine: Affine(columns: SmallDataset.affine.columns, translation: first),
                storedAs: try #require(Orientation("LPS")))
            let inner = BitVolume(
                box.shape, filling: VoxelBox(lower: Vector3(1, 1, 1), upper: Vector3(7, 9, 6)))
            let file = bench.folder + "/crop.nii.gz"
            try NIfTIWriter.write(mask: inner, on: grid, to: file)
            let complete = isComplete ? ["--complete"] : []
            let ending = try await bench.start(
                ["mask", "import", "set/a", "stomach", file, "--reason", "x", "--json"] + complete
            ).end()
            #expect(ending.status == 0, "\(ending.errors)")
            let object = try ending.object()
            #expect(object["voxels"] as? Int == inner.population && object["partial"] as? Bool == !isComplete)
            #expect(object["knownVoxels"] as? Int == (isComplete ? SmallDataset.shape : box.shape).count)
            let back = bench.folder + "/back.nii.gz"
            #expect(try await bench.lacuna("mask", "export", "set/a", "stomach", "--output", back).status == 0)
            let region = try NIfTIReader().readLabels(back).region(of: 1)
            #expect(region?.box == VoxelBox(lower: box.lower &+ Vector3(1, 1, 1), upper: box.lower &+ Vector3(7, 9, 6)))
        }
    }

    @Test func anEditedCropKeepsTheCurrentLabelElsewhere() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let before = bench.folder + "/before.nii.gz"
            #expect(try await bench.lacuna("mask", "export", "set/a", "liver", "--output", before).status == 0)
            let liver = try NIfTIReader().readLabels(before).mask(of: [1])
            let bounds = try #require(try NIfTIReader().readLabels(before).region(of: 1)).box
            let box = VoxelBox(lower: bounds.lower, upper: bounds.lower &+ Vector3(3, 3, 3))
            let grid = ImageGrid(
                canonicalShape: box.shape,
                canonicalAffine: Affine(
                    columns: SmallDataset.affine.columns,
                    translation: SmallDataset.affine.world(Vector3((0..<3).map { Double(box.lower[$0]) }))),
                storedAs: .ras)
            var removed = liver
            removed.formIntersection(BitVolume(liver.shape, filling: box))
            var drawn = BitVolume(box.shape)
            drawn[0] = true
            let file = bench.folder + "/crop.nii.gz"
            try NIfTIWriter.write(mask: drawn, on: grid, to: file)
            let edited = try await bench.lacuna("mask", "import", "set/a", "liver", file, "--reason", "x", "--json")
            #expect(edited.status == 0, "\(edited.errors)")
            let object = try edited.object()
            #expect(object["voxels"] as? Int == liver.population - removed.population + 1)
            #expect(object["partial"] as? Bool == false, "the label was known everywhere")

            let cut = try await bench.lacuna("mask", "import", "set/a", "liver", file, "--complete", "--reason", "x")
            #expect(cut.errors.contains("\(liver.population - removed.population) voxels of the mask"), "\(cut.errors)")
        }
    }
}
