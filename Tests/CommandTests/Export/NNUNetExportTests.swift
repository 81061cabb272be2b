import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

/// The export to nnU-Net, through the program, on real files.
@Suite struct NNUNetExportTests {
    /// A fully labelled set and a liver set with lesions, imported.
    private func imported(_ bench: Workbench, liver: ClosedRange<Int> = 11...12) async throws {
        let all = try PhantomData.write(.btcv, "internal", scans: 1...2, in: bench)
        let livers = try PhantomData.write(
            .msd(.liver, lesions: true), "Task03_Liver", scans: liver, in: bench, orientation: "PIR")
        for path in [all, livers] { #expect(try await bench.lacuna("dataset", "import", path).status == 0) }
    }

    private func export(_ bench: Workbench, _ organs: String, _ more: [String] = []) async throws -> Ending {
        try await bench.start(
            [
                "export", "nnunet", "--output", bench.folder, "--dataset-id", "7", "--name", "Abdomen", "--organs",
                organs, "--json",
            ] + more
        ).end()
    }

    private func description(_ bench: Workbench) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: bench.folder + "/Dataset007_Abdomen/dataset.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func labelMapsMatchTheirImagesAndMarkWhatIsUnknown() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let ending = try await export(bench, "liver,spleen")
            #expect(ending.status == 0, "\(ending.errors)")
            let report = try ending.object()
            #expect(report["cases"] as? Int == 4)
            #expect(report["contested"] as? Int == 0)

            let json = try description(bench)
            #expect(json["labels"] as? [String: Int] == ["background": 0, "liver": 1, "spleen": 2, "ignore": 3])
            #expect(json["channel_names"] as? [String: String] == ["0": "CT"])
            #expect(json["numTraining"] as? Int == 4)
            #expect(json["regions_class_order"] == nil)
            let dataset = try #require(json["dataset"] as? [String: [String: Any]])
            #expect(dataset.count == 4)
            let reader = NIfTIReader()
            for (name, entry) in dataset {
                let image = try reader.readHeader(try #require((entry["images"] as? [String])?.first))
                let label = try reader.readLabels(
                    "\(bench.folder)/Dataset007_Abdomen/" + (try #require(entry["label"] as? String)))
                #expect(label.grid.shape == image.grid.shape)
                #expect(label.grid.affine == image.grid.affine)
                #expect(label.grid.orientation == image.grid.orientation)
                #expect(label.region(of: 1) != nil)
                // The liver set has no spleen labels, so nothing is decided outside the liver.
                let isPartial = name.hasPrefix("Task03")
                #expect((label.region(of: 3) != nil) == isPartial, "\(name)")
                #expect((label.region(of: 2) != nil) == !isPartial, "\(name)")
                if isPartial {
                    let decided = label.shape.count - (label.region(of: 3)?.voxels ?? 0)
                    #expect(decided == label.region(of: 1)?.voxels)
                }
            }
        }
    }

    @Test func aLesionMakesItsOrganARegionAndKeysKeepTheirOrder() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let ending = try await export(bench, "liver_tumour,liver", ["--dataset", "Task03_Liver"])
            #expect(ending.status == 0, "\(ending.errors)")
            let path = bench.folder + "/Dataset007_Abdomen/dataset.json"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let labels = """
                    "labels": {
                        "background": 0,
                        "liver": [1, 2],
                        "liver_tumour": 2
                    },
                    "regions_class_order": [1, 2],
                """
            #expect(text.contains(labels), "\(text)")
            #expect(!text.contains("ignore"), "the liver set is complete")
            let source = try NIfTIReader().readLabels("\(bench.folder)/data/Task03_Liver/labelsTr/liver_1.nii.gz")
            let made = try NIfTIReader().readLabels(
                "\(bench.folder)/Dataset007_Abdomen/labelsTr/Task03_Liver_liver_1.nii.gz")
            #expect(made.mask(of: [1, 2]) == source.mask(of: [1, 2]))
            #expect(made.mask(of: [2]) == source.mask(of: [2]))
        }
    }

    @Test func aSplitBecomesOneFoldWithoutTestSubjects() async throws {
        try await Workbench.with { bench in
            try await imported(bench, liver: 11...13)
            let split = try await bench.lacuna(
                "split", "create", "main", "--train", "Task03_Liver", "--validation", "internal")
            #expect(split.status == 0, "\(split.errors)")
            let ending = try await export(bench, "liver", ["--split", "main"])
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try ending.object()["heldOut"] as? Int == 2)
            let data = try Data(contentsOf: URL(filePath: bench.folder + "/Dataset007_Abdomen/splits_final.json"))
            let folds = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: [String]]])
            #expect(folds.count == 1)
            #expect(folds[0]["train"]?.count == 3)
            #expect(folds[0]["val"] == ["internal_img0001", "internal_img0002"])
            let wrong = try await export(bench, "liver", ["--split", "main", "--part", "test", "--part", "train"])
            #expect(wrong.status == 2)
        }
    }

    @Test func lockedTestSubjectsAreExportedAsTestDataOnly() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let main = try await bench.lacuna(
                "split", "create", "main", "--train", "Task03_Liver", "--validation", "internal")
            #expect(main.status == 0, "\(main.errors)")
            let list = bench.folder + "/locked.csv"
            let volumes = try await bench.lacuna("volume", "list", "--dataset", "Task03_Liver", "--json").rows()
            let source = try #require((volumes.first?["sources"] as? [[String: Any]])?.first)
            let name = "Task03_Liver/\(source["case"] as? String ?? "")"
            try Data("case,part\n\(name),test\n".utf8).write(to: URL(filePath: list))
            let locked = try await bench.lacuna("split", "create", "locked", "--list", list, "--locked-test")
            #expect(locked.status == 0, "\(name): \(locked.errors)")
            for (options, count) in [([], 3), (["--split", "main"], 3), (["--split", "locked", "--part", "test"], 1)] {
                try? FileManager.default.removeItem(atPath: bench.folder + "/Dataset007_Abdomen")
                let ending = try await export(bench, "liver", options)
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(ending.errors.contains("locked test subjects that are left out: 1") == (count == 3))
                #expect(try description(bench)["numTraining"] as? Int == count, "\(options)")
            }
        }
    }

    @Test func aCrossValidationBecomesSeveralFolds() async throws {
        try await Workbench.with { bench in
            try await imported(bench, liver: 11...13)
            let split = try await bench.lacuna("split", "create", "cv", "--folds", "2", "--test", "internal")
            #expect(split.status == 0, "\(split.errors)")
            let ending = try await export(bench, "liver", ["--split", "cv"])
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try ending.object()["folds"] as? Int == 2)
            let data = try Data(contentsOf: URL(filePath: bench.folder + "/Dataset007_Abdomen/splits_final.json"))
            let folds = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: [String]]])
            let livers = Set((1...3).map { "Task03_Liver_liver_\($0)" })
            #expect(folds.count == 2)
            for fold in folds { #expect(Set((fold["train"] ?? []) + (fold["val"] ?? [])) == livers) }
            #expect(Set(folds.flatMap { $0["val"] ?? [] }) == livers)
            #expect(folds.reduce(0) { $0 + ($1["val"]?.count ?? 0) } == 3, "each validates once")

            let list = try await bench.lacuna(
                "export", "monai", "--output", bench.folder + "/list.json", "--organs", "liver", "--split", "cv",
                "--json")
            #expect(list.status == 0, "\(list.errors)")
            #expect(try list.object()["testing"] as? Int == 2)
            let text = try Data(contentsOf: URL(filePath: bench.folder + "/list.json"))
            let json = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
            let training = try #require(json["training"] as? [[String: Any]])
            for item in training {
                let (name, fold) = (try #require(item["case"] as? String), try #require(item["fold"] as? Int))
                #expect(folds[fold]["val"]?.contains(name) == true)
            }
            try FileManager.default.removeItem(atPath: bench.folder + "/Dataset007_Abdomen")
            let none = try await export(bench, "liver", ["--split", "nothing"])
            #expect(none.status == 3)
        }
    }

    @Test(arguments: ["copy", "link"])
    func imagesAreExportedUnchanged(_ images: String) async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let ending = try await export(bench, "liver", ["--images", images, "--dataset", "internal"])
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try description(bench)["dataset"] == nil, "nnU-Net finds imagesTr itself")
            let copy = bench.folder + "/Dataset007_Abdomen/imagesTr/internal_img0001_0000.nii.gz"
            let original = bench.folder + "/data/internal/RawData/Training/img/img0001.nii.gz"
            #expect(
                try Data(contentsOf: URL(filePath: copy)) == Data(contentsOf: URL(filePath: original)))
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: copy)
            #expect((target != nil) == (images == "link"))
        }
    }

    @Test func aFailedExportLeavesNothingAndAnExistingOneIsKept() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            #expect(try await export(bench, "liver").status == 0)
            let again = try await export(bench, "liver")
            #expect(again.status == 5)
            #expect(again.errors.contains("already exists"))
            let folder = bench.folder + "/Dataset007_Abdomen"
            try FileManager.default.removeItem(atPath: folder)
            try FileManager.default.removeItem(atPath: bench.folder + "/data/Task03_Liver/imagesTr/liver_2.nii.gz")
            let before = try FileManager.default.contentsOfDirectory(atPath: bench.folder).filter {
                $0.contains("Dataset")
            }
            let failed = try await export(bench, "liver")
            #expect(failed.status == 3)
            #expect(failed.errors.contains("liver_2.nii.gz"))
            let after = try FileManager.default.contentsOfDirectory(atPath: bench.folder).filter {
                $0.contains("Dataset")
            }
            #expect(before == [] && after == [])
        }
    }

    @Test func impossibleExportsAreReported() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            #expect(try await export(bench, "livver").status == 3)
            #expect(try await export(bench, "liver,liver").status == 2)
            let none = try await export(bench, "prostate")
            #expect(none.status == 3)
            #expect(none.errors.contains("none of these organs is labelled"))
            let open = try await export(bench, "liver,spleen,brain", ["--dataset", "Task03_Liver"])
            #expect(open.status == 0, "the liver's voxels are decided")
        }
    }

    /// Labels of a removed dataset, and masks computed from them, are in no later export of any revision.
    @Test func removedLabelsAreNotExported() async throws {
        try await Workbench.with { bench in
            let internalSet = try PhantomData.write(.btcv, "internal", scans: 1...2, in: bench)
            let livers = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 2...3, in: bench)
            // A consensus is a reviewed annotation, which takes precedence over an assisted one.
            for path in [internalSet, livers] {
                #expect(try await bench.lacuna("dataset", "import", path, "--origin", "assisted").status == 0)
            }
            let shared = [
                "mask", "consensus", "internal/img0002", "liver", "--method", "majority", "--adopt", "--reason", "x",
            ]
            #expect(try await bench.start(shared).end().status == 0)
            let before = try await bench.revision()
            #expect(
                try await bench.lacuna("dataset", "remove", "internal", "--yes", "--reason", "consent").status == 0)

            for (revision, cases) in [(nil, 2), (before, 1)] {
                let asOf = revision.map { ["--as-of", String($0)] } ?? []
                let ending = try await export(bench, "liver,spleen", asOf)
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(try ending.object()["cases"] as? Int == cases, "\(ending.output)")
                let dataset = try #require(try description(bench)["dataset"] as? [String: [String: Any]])
                for (name, entry) in dataset {
                    let image = try #require((entry["images"] as? [String])?.first)
                    #expect(name.hasPrefix("Task03_Liver") && image.contains("/Task03_Liver/"), "\(name): \(image)")
                }
                try FileManager.default.removeItem(atPath: bench.folder + "/Dataset007_Abdomen")
            }
        }
    }

    @Test func anExportIsInTheLineageOfItsMasks() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            #expect(try await export(bench, "liver", ["--dataset", "internal"]).status == 0)
            let forward = try await bench.lacuna("lineage", "internal/img0001", "--forward", "--json").rows()
            let exports = forward.filter { $0["kind"] as? String == "export" }
            #expect(exports.count == 1)
            #expect((exports.first?["label"] as? String)?.contains("Dataset007_Abdomen") == true)
            let other = try await bench.lacuna("lineage", "Task03_Liver/liver_1", "--forward", "--json").rows()
            #expect(!other.contains { $0["kind"] as? String == "export" })
        }
    }
}
