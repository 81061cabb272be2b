import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

@Suite struct ExportTests {
    /// An exported mask equals the imported label, voxel by voxel in file order and in world coordinates.
    @Test(arguments: ["RAS", "LPS", "PIR", "SLA"])
    func anExportedMaskIsTheImportedLabel(_ orientation: String) async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 3...3, in: bench, orientation: orientation)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let exported = bench.folder + "/liver.nii.gz"
            let ending = try await bench.lacuna("mask", "export", "set/img0001", "liver", "--output", exported)
            #expect(ending.status == 0, "\(ending.errors)")

            let reader = NIfTIReader()
            let image = try reader.readHeader("\(path)/RawData/Training/img/img0001.nii.gz")
            let label = try reader.readLabels("\(path)/RawData/Training/label/label0001.nii.gz")
            let mask = try reader.readLabels(exported)
            #expect(mask.file.header.type == .uint8)
            #expect(mask.grid.shape == image.grid.shape)
            #expect(mask.grid.orientation == image.grid.orientation)
            let off = mask.grid.affine.largestCornerDisplacement(to: image.grid.affine, shape: mask.grid.shape)
            #expect(off < 1e-3, "millimetres")
            #expect(mask.mask(of: [1]) == label.mask(of: [6]), "liver is 6 in BTCV")
            #expect(mask.regions.map(\.value) == [1])
        }
    }

    @Test func anExportOverwritesNoFileOfADatasetAndOthersOnlyWhenAsked() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let image = "\(path)/RawData/Training/img/img0001.nii.gz"
            let before = try Data(contentsOf: URL(filePath: image))
            let (export, file) = (["mask", "export", "set/img0001", "liver", "--output"], bench.folder + "/liver.nii")
            #expect(try await bench.start(export + [image, "--force"]).end().status == 3)
            #expect(try Data(contentsOf: URL(filePath: image)) == before)
            #expect(try await bench.start(export + [file]).end().status == 0)
            #expect(try await bench.start(export + [file]).end().status == 5)
            #expect(try await bench.start(export + [file, "--force"]).end().status == 0)
        }
    }

    @Test func anImageThatWasReplacedIsNotExportedOn() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let folder = URL(filePath: path).appending(path: "RawData/Training/img")
            let (first, second) = (folder.appending(path: "img0001.nii.gz"), folder.appending(path: "img0002.nii.gz"))
            try Data(contentsOf: second).write(to: first)
            let ending = try await bench.lacuna(
                "mask", "export", "set/img0001", "liver", "--output", bench.folder + "/liver.nii.gz")
            #expect(ending.status == 3)
            #expect(ending.errors.contains("not the one that was imported"))
        }
    }

    @Test func masksOfOneVolumeAreCompared() async throws {
        try await Workbench.with { bench in
            let liver = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 1...1, in: bench)
            let all = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench)
            for path in [liver, all] { #expect(try await bench.lacuna("dataset", "import", path).status == 0) }
            let history = try await bench.lacuna("mask", "history", "1", "liver", "--json").rows()
            let ids = history.compactMap { $0["id"] as? Int }.map(String.init)
            #expect(ids.count == 2)
            let compared = try await bench.lacuna("mask", "compare", ids[0], ids[1], "--json").object()
            #expect(compared["dice"] as? Double == 1)
            #expect(compared["surfaceDice"] as? Double == 1)
        }
    }

    @Test func aVolumeIsFoundByAnyPathOfItsFileAndAnOrganByAnySpelling() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            let twin = try PhantomData.write(.btcv, "twin", scans: 3...4, in: bench)
            for folder in [path, twin] { #expect(try await bench.lacuna("dataset", "import", folder).status == 0) }
            let link = bench.folder + "/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
            let file = "RawData/Training/img/img0002.nii.gz"
            for (name, folder) in [
                ("\(path)/\(file)", "/"), ("\(link)/\(file)", "/"), (file, path),
                ("./img/img0002.nii.gz", path + "/RawData/Training"),
                ("img0002.nii.gz", path + "/RawData/Training/img"),
            ] {
                let shown = try await bench.start(["volume", "show", name, "--json"], folder: folder).end()
                #expect(shown.status == 0, "\(name) in \(folder): \(shown.errors)")
                #expect(try shown.object()["id"] as? Int == 2, "\(name) in \(folder)")
            }
            let ambiguous = try await bench.start(["volume", "show", file], folder: "/").end()
            #expect(ambiguous.status == 3)
            #expect(ambiguous.errors.contains("names 2 volumes"))

            let masks = try await bench.lacuna("mask", "list", "--organ", "Left Kidney", "--json").rows()
            #expect(masks.count == 4)
            #expect(masks.allSatisfy { $0["organ"] as? String == "kidney_left" })
            for command in [
                ["mask", "history", "1", "livr"], ["mask", "compare", "1", "livr"],
                ["mask", "consensus", "1", "livr", "--method", "majority", "--reason", "x"],
                ["label", "restore", "1", "livr", "--reason", "x"],
            ] {
                let unknown = try await bench.start(command).end()
                #expect(unknown.status == 3)
                #expect(unknown.errors.contains("did you mean liver"), "\(unknown.errors)")
            }
            let counted = try await bench.lacuna("coverage", "--organ", "left kidney", "--json").rows()
            #expect(counted.compactMap { $0["organ"] as? String } == ["kidney_left"])
            let history = try await bench.lacuna("mask", "history", "1", "LIVER", "--json").rows()
            #expect(history.count == 1)
            #expect(history[0]["status"] as? String == "annotated")
            #expect(history[0]["kind"] as? String == "import")
            #expect(history[0]["who"] as? String == "lacuna")
            #expect(history[0]["revision"] is Int)
        }
    }

    @Test func lineageWalksBothWays() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let behind = try await bench.lacuna("lineage", "1", "--json").rows()
            #expect(
                Set(behind.compactMap { $0["kind"] as? String }) == [
                    "mask", "volume", "image file", "label file", "activity",
                ])
            let derived = try await bench.lacuna("lineage", "set/img0001", "--forward", "--json").rows()
            #expect(derived.count { $0["kind"] as? String == "mask" } >= 10)
        }
    }

    @Test func aLineageStartsFromAVolumeNamedByItsPath() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let file = "RawData/Training/img/img0001.nii.gz"
            let expected = try await bench.lacuna("lineage", "set/img0001").output
            for (name, folder) in [
                ("\(path)/\(file)", "/"), ("volume:\(path)/\(file)", "/"), ("./" + file, path), (file, path),
                ("volume:img0001.nii.gz", path + "/RawData/Training/img"),
            ] {
                let ending = try await bench.start(["lineage", name], folder: folder).end()
                #expect(ending.status == 0, "\(name) in \(folder): \(ending.errors)")
                #expect(ending.output == expected, "\(name) in \(folder)")
            }
        }
    }
}
