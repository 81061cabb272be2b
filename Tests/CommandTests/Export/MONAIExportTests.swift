import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

/// The export to MONAI, through the program, on real files.
@Suite struct MONAIExportTests {
    @Test func aDatalistNamesImagesLabelsAndFolds() async throws {
        try await Workbench.with { bench in
            let all = try PhantomData.write(.btcv, "internal", scans: 1...3, in: bench)
            let livers = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 11...12, in: bench)
            for path in [all, livers] { #expect(try await bench.lacuna("dataset", "import", path).status == 0) }
            let split = try await bench.lacuna(
                "split", "create", "main", "--train", "Task03_Liver", "--train", "internal", "--holdout",
                "validation=0.3", "--holdout", "test=0.3", "--holdout-from", "internal")
            #expect(split.status == 0, "\(split.errors)")
            let ending = try await bench.lacuna(
                "export", "monai", "--output", bench.folder + "/list.json", "--organs", "liver,kidney_left", "--split",
                "main", "--json")
            #expect(ending.status == 0, "\(ending.errors)")
            let report = try ending.object()
            #expect(report["training"] as? Int == 3)
            #expect(report["validation"] as? Int == 1)
            #expect(report["testing"] as? Int == 1)

            let data = try Data(contentsOf: URL(filePath: bench.folder + "/list.json"))
            let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            #expect(json["label_dict"] as? [String: String] == ["1": "liver", "2": "kidney_left"])
            #expect(json["original_label_dict"] as? [String: String] == ["1": "Liver", "2": "Left kidney"])
            #expect(json["ignore"] as? Int == 3)
            let training = try #require(json["training"] as? [[String: Any]])
            let validation = try #require(json["validation"] as? [[String: Any]])
            #expect(training.allSatisfy { $0["fold"] as? Int == 0 })
            #expect(validation.allSatisfy { $0["fold"] as? Int == 1 })
            let names = (training + validation + (json["testing"] as? [[String: Any]] ?? [])).compactMap {
                $0["case"] as? String
            }
            #expect(Set(names).count == 5)
            for item in training {
                let label = try #require(item["label"] as? String)
                #expect(label.hasPrefix("list_labels/"), "relative to the folder of the file")
                let image = try #require(item["image"] as? String)
                #expect(image.hasPrefix("data/"))
                let made = try NIfTIReader().readLabels("\(bench.folder)/\(label)")
                #expect(made.grid.affine == (try NIfTIReader().readHeader("\(bench.folder)/\(image)").grid.affine))
                #expect(item["pseudo_label"] == nil)
            }
            let again = try await bench.lacuna(
                "export", "monai", "--output", bench.folder + "/list.json", "--organs", "liver")
            #expect(again.status == 5)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: bench.folder).filter { $0.hasSuffix(".part") } == []
            )
        }
    }
    /// The name of a case may be the usual name of another case's label map with pseudo labels.
    @Test func caseNamesAndPseudoLabelsDoNotCollide() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "own", scans: 1...2, in: bench)
            try Data(Self.twoCases.utf8).write(to: URL(filePath: path + "/dataset.json"))
            let imported = try await bench.lacuna("dataset", "import", path, "--layout", "nnunet")
            #expect(imported.status == 0, "\(imported.errors)")
            let exported = try await bench.lacuna(
                "export", "monai", "--output", bench.folder + "/list.json", "--organs", "liver,spleen",
                "--include-pseudo")
            #expect(exported.status == 0, "\(exported.errors)")
            let data = try Data(contentsOf: URL(filePath: bench.folder + "/list.json"))
            let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            let training = try #require(json["training"] as? [[String: Any]])
            var files: [String] = []
            for item in training {
                for (key, values) in [("label", [1]), ("pseudo_label", [1, 2])] {
                    let file = try #require(item[key] as? String, "\(item)")
                    files.append(file)
                    let labels = try NIfTIReader().readLabels("\(bench.folder)/\(file)")
                    let found = Set(labels.regions.map(\.value)).subtracting([3])
                    #expect(found == Set(values), "\(file)")
                }
            }
            #expect(files.count == 4 && Set(files).count == 4, "\(files)")
        }
    }

    /// Both cases have an annotated liver and a model's spleen.
    private static let twoCases = """
        {"channel_names":{"0":"CT"},"file_ending":".nii.gz","licence":"CC BY 4.0","origins":{"spleen":"model"},
         "labels":{"background":0,"liver":6,"spleen":1,"warp core":[2,3,4,5,7,8,9,10,11,12,13]},
         "dataset":{
          "A":{"images":["RawData/Training/img/img0001.nii.gz"],"label":"RawData/Training/label/label0001.nii.gz"},
          "A_pseudo":{"images":["RawData/Training/img/img0002.nii.gz"],"label":"RawData/Training/label/label0002.nii.gz"}}}
        """
}
