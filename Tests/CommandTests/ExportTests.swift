import Domain
import Foundation
import Imaging
import Phantoms
import Testing

@Suite struct ExportTests {
    /// What is exported lies on the label that was imported, voxel for voxel, in the file's own order and in the world.
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
            #expect(try await bench.start(export + [file]).end().status == 3)
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

    @Test func lineageWalksBothWays() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let behind = try await bench.lacuna("lineage", "1", "--json").rows()
            #expect(Set(behind.compactMap { $0["kind"] as? String }) == ["mask", "volume", "image file", "label file"])
            let derived = try await bench.lacuna("lineage", "set/img0001", "--forward", "--json").rows()
            #expect(derived.count { $0["kind"] as? String == "mask" } >= 10)
        }
    }
}
