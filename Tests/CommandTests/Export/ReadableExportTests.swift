import Domain
import Foundation
import Imaging
import TestSupport
import Testing

/// Exports that the target's reader can open, or that name the case and the remedy.
@Suite struct ReadableExportTests {
    private func export(_ bench: Workbench, id: String = "7", _ more: String...) async throws -> Ending {
        try await bench.start(
            [
                "export", "nnunet", "--output", bench.folder, "--dataset-id", id, "--name", "X", "--organs",
                "liver,spleen", "--accept-licence", "set", "--json",
            ] + more
        ).end()
    }

    private func description(_ bench: Workbench, _ folder: String = "Dataset007_X") throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: "\(bench.folder)/\(folder)/dataset.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func imported(_ bench: Workbench, _ path: String) async throws {
        let ending = try await bench.lacuna("dataset", "import", path, "--name", "set")
        #expect(ending.status == 0, "\(ending.errors)\(ending.output)")
    }

    @Test func aShearedGridIsNamedAndGetsAReaderThatReadsIt() async throws {
        try await Workbench.with { bench in
            let cases = ["lean": SmallDataset.leaning(degrees: 12), "plain": SmallDataset.affine]
            try await imported(bench, try SmallDataset.write("in", cases: cases, in: bench))
            let ending = try await export(bench)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try ending.object()["sheared"] as? [String] == ["set_lean"])
            #expect(try description(bench)["overwrite_image_reader_writer"] as? String == "NibabelIO")
            #expect(ending.errors.contains("set_lean") && ending.errors.contains("NibabelIO"), "\(ending.errors)")
            let monai = try await bench.lacuna(
                "export", "monai", "--output", bench.folder + "/list.json", "--organs", "liver", "--accept-licence",
                "set")
            #expect(monai.status == 0 && monai.errors.contains("set_lean"), "\(monai.errors)")
            let mask = try await bench.lacuna(
                "mask", "export", "set/lean", "liver", "--output", bench.folder + "/lean.nii.gz")
            #expect(mask.status == 0 && mask.errors.contains("sheared"), "\(mask.errors)")
        }
    }

    @Test func plainGridsKeepNNUNetsOwnReader() async throws {
        try await Workbench.with { bench in
            try await imported(bench, try SmallDataset.write("in", cases: ["a": SmallDataset.affine], in: bench))
            let ending = try await export(bench)
            #expect(ending.status == 0 && !ending.errors.contains("sheared"), "\(ending.errors)")
            #expect(try description(bench)["overwrite_image_reader_writer"] == nil)
        }
    }

    /// NibabelIO reads three dimensions, and SimpleITK no sheared grid.
    @Test func imagesThatNoReaderReadsAreRefusedAndCopiedWithThreeDimensions() async throws {
        try await Workbench.with { bench in
            let cases = ["lean": SmallDataset.leaning(degrees: 8), "long": SmallDataset.affine]
            let path = try SmallDataset.write("in", cases: cases, in: bench)
            try StoredForm.addDimension(path + "/imagesTr/long_0000.nii")
            try await imported(bench, path)
            let refused = try await export(bench)
            #expect(refused.status == 3)
            #expect(
                refused.errors.contains("long_0000.nii") && refused.errors.contains("--images copy"),
                "\(refused.errors)")
            #expect(!FileManager.default.fileExists(atPath: bench.folder + "/Dataset007_X"))
            let copied = try await export(bench, "--images", "copy")
            #expect(copied.status == 0, "\(copied.errors)")
            for name in ["set_lean_0000.nii", "set_long_0000.nii.gz"] {
                let header = try NIfTIReader().readHeader("\(bench.folder)/Dataset007_X/imagesTr/\(name)").header
                #expect(header.dimensions.count == 3, "\(name)")
            }
        }
    }

    @Test func aSecondDatasetOfOneNumberIsRefusedWhereNNUNetLooksAndNamedElsewhere() async throws {
        try await Workbench.with { bench in
            try await imported(bench, try SmallDataset.write("in", cases: ["a": SmallDataset.affine], in: bench))
            let raw = bench.folder + "/nnUNet_raw"
            for place in [bench.folder, raw] {
                try FileManager.default.createDirectory(
                    atPath: place + "/Dataset007_Older", withIntermediateDirectories: true)
            }
            let refused = try await bench.lacuna(
                "export", "nnunet", "--organs", "liver", "--dataset-id", "7", "--name", "X", "--output", raw,
                "--accept-licence", "set")
            #expect(refused.status == 5)
            #expect(
                refused.errors.contains("Dataset007_Older") && refused.errors.contains("--dataset-id"),
                "\(refused.errors)")
            let named = try await export(bench)
            #expect(named.status == 0 && named.errors.contains("Dataset007_Older"), "\(named.errors)")
        }
    }

    @Test func aPairIsImportedVerifiedAndExported() async throws {
        try await Workbench.with { bench in
            let folder = try SmallDataset.write("in", cases: ["c": SmallDataset.affine], in: bench)
            try StoredForm.split(folder + "/imagesTr/c_0000")
            try StoredForm.split(folder + "/labelsTr/c")
            let map = bench.folder + "/map.yaml"
            try """
            images: imagesTr/{case}_0000.hdr
            labels: labelsTr/{case}.img
            modality: CT
            values: {1: liver, 2: spleen}
            """.write(toFile: map, atomically: true, encoding: .utf8)
            let first = try await bench.lacuna("dataset", "import", folder, "--map", map, "--name", "set")
            #expect(first.status == 0, "\(first.errors)\(first.output)")
            let again = try await bench.lacuna("dataset", "import", folder, "--map", map, "--name", "set", "--json")
            #expect(try again.object()["newLabels"] as? Int == 0, "\(again.output)")
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
            let mask = try await bench.lacuna(
                "mask", "export", "set/c", "liver", "--output", bench.folder + "/m.nii.gz")
            #expect(mask.status == 0, "\(mask.errors)")
            #expect(try await export(bench).status == 0)
            try await expectExportsToComeBack(bench)
            let linked = try await export(bench, id: "8", "--images", "link")
            #expect(linked.status == 3 && linked.errors.contains("--images copy"), "\(linked.errors)")
            #expect(try await export(bench, id: "9", "--images", "copy").status == 0)
            let copy = try NIfTIReader().readImage(bench.folder + "/Dataset009_X/imagesTr/set_c_0000.nii.gz")
            #expect(copy.voxels.floats == SmallDataset.image.map { Float($0) })
            try await expectAChangedHalfToBeNoticed(bench, folder + "/imagesTr/c_0000.img")
        }
    }

    /// The exports name the pair by an absolute path outside their own folders.
    private func expectExportsToComeBack(_ bench: Workbench) async throws {
        let place = bench.folder + "/lists"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        let monai = try await bench.lacuna(
            "export", "monai", "--output", place + "/list.json", "--organs", "liver,spleen", "--accept-licence", "set",
            "--data-root", place)
        #expect(monai.status == 0, "\(monai.errors)")
        try await bench.withAnother { other in
            for (name, path) in [("n", bench.folder + "/Dataset007_X"), ("m", place + "/list.json")] {
                let ending = try await other.lacuna("dataset", "import", path, "--name", name)
                #expect(ending.status == 0, "\(ending.errors)\(ending.output)")
                #expect(try await other.lacuna("dataset", "waiting", name, "--json").rows().isEmpty)
            }
            let sources = try await other.lacuna("volume", "list", "--json").rows().map {
                ($0["sources"] as? [[String: Any]] ?? []).compactMap { $0["case"] as? String }
            }
            #expect(sources == [["set_c", "set_c"]])
        }
    }

    private func expectAChangedHalfToBeNoticed(_ bench: Workbench, _ path: String) async throws {
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        bytes[5000] ^= 1
        try Data(bytes).write(to: URL(filePath: path))
        let verified = try await bench.lacuna("verify", "--read-data")
        #expect(verified.status == 6 && verified.output.contains("set/c"), "\(verified.output)")
        let mask = try await bench.lacuna("mask", "export", "set/c", "liver", "--output", bench.folder + "/n.nii.gz")
        #expect(mask.status == 3 && mask.errors.contains("not the one"), "\(mask.errors)")
        try FileManager.default.removeItem(atPath: path)
        #expect(try await bench.lacuna("verify").status == 6)
    }
}
