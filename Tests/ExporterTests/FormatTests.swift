import Domain
import Foundation
import TestSupport
import Testing

@testable import Exporters

@Suite struct FormatTests {
    @Test func theDescriptionKeepsTheOrderOfItsKeys() throws {
        var dataset = NNUNetDataset(name: "N", scheme: try LabelScheme(["liver", "liver_tumour"]), channel: "CT")
        dataset.usesIgnore = true
        let text = dataset.description([.init(name: "a", image: "/x/a \"1\".nii.gz")]).rendered()
        #expect(
            text == """
                {
                    "channel_names": {
                        "0": "CT"
                    },
                    "labels": {
                        "background": 0,
                        "liver": [1, 2],
                        "liver_tumour": 2,
                        "ignore": 3
                    },
                    "regions_class_order": [1, 2],
                    "numTraining": 1,
                    "file_ending": ".nii.gz",
                    "name": "N",
                    "dataset": {
                        "a": {
                            "images": ["/x/a \\"1\\".nii.gz"],
                            "label": "labelsTr/a.nii.gz"
                        }
                    }
                }

                """)
    }

    @Test func foldersHaveThreeDigits() {
        #expect(NNUNetDataset.folderName(id: 7, name: "A") == "Dataset007_A")
        #expect(NNUNetDataset.folderName(id: 123, name: "A") == "Dataset123_A")
    }

    @Test func foldsNeedAValidationCase() {
        #expect(NNUNetDataset.splits([.init(name: "a", image: "")], folds: 1) == nil)
        let folds = NNUNetDataset.splits(
            [
                .init(name: "a", image: ""), .init(name: "b", image: "", validates: [0]),
                .init(name: "c", image: "", validates: [1]), .init(name: "d", image: "", validates: [0, 1]),
                .init(name: "e", image: "", leftOut: [0]),
            ], folds: 2)
        #expect(folds == .list([Self.fold(["a", "c"], ["b", "d"]), Self.fold(["a", "b", "e"], ["c", "d"])]))
    }

    private static func fold(_ train: [String], _ validation: [String]) -> JSONValue {
        .object([.init("train", .list(train.map { .text($0) })), .init("val", .list(validation.map { .text($0) }))])
    }

    @Test func caseNamesAreUnique() {
        var names = CaseNames()
        #expect(names.name(dataset: "A B", caseName: "x/1", volume: VolumeID(1)) == "A_B_x_1")
        #expect(names.name(dataset: "A", caseName: "B x_1", volume: VolumeID(2)) == "A_B_x_1_v2")
        #expect(names.name(dataset: "a", caseName: "b_x_1", volume: VolumeID(3)) == "a_b_x_1_v3")
    }

    /// The name with the volume's number may be the name of another case.
    @Test func aNameWithAVolumesNumberIsUniqueToo() {
        var names = CaseNames()
        #expect(names.name(dataset: "A", caseName: "x_v5", volume: VolumeID(3)) == "A_x_v5")
        #expect(names.name(dataset: "A", caseName: "x", volume: VolumeID(4)) == "A_x")
        #expect(names.name(dataset: "A", caseName: "x", volume: VolumeID(5)) == "A_x_v5_2")
        #expect(names.name(dataset: "A", caseName: "x", volume: VolumeID(6)) == "A_x_v6")
    }

    @Test func confidenceIsWrittenBesideThePseudoLabel() throws {
        var list = MONAIDatalist(
            scheme: try LabelScheme(["liver", "spleen"]), names: ["liver": "Liver", "spleen": "Spleen"])
        var item = MONAIDatalist.Item(image: "i", caseName: "c", subject: "s")
        item.pseudoLabel = "p"
        item.confidence = [("liver", 0.5), ("spleen", 1)]
        list.append(item, to: .training)
        let data = Data(list.json.rendered().utf8)
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let entry = try #require((json["training"] as? [[String: Any]])?.first)
        #expect(entry["label"] == nil)
        #expect(entry["pseudo_label"] as? String == "p")
        #expect(entry["pseudo_label_reliability"] as? Double == 0.75)
        #expect(entry["confidence"] as? [String: Double] == ["liver": 0.5, "spleen": 1])
    }

    @Test func aDatalistDeclaresIgnoreOnlyWhereItOccurs() throws {
        var list = MONAIDatalist(scheme: try LabelScheme(["liver"]), names: [:])
        #expect(!list.json.rendered().contains("ignore"))
        list.usesIgnore = true
        #expect(list.json.rendered().contains("\"ignore\": 2"))
    }

    @Test func anOutputAppearsWholeOrNotAtAll() async throws {
        try await withTemporaryFolder { folder in
            let staged = try StagedOutput(target: folder + "/out")
            try staged.write("text", as: "a.txt")
            #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
            try staged.publish()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out"])
            #expect(throws: ExportError.exists(folder + "/out")) { try StagedOutput(target: folder + "/out") }
            #expect(throws: ExportError.noFolder(folder + "/none")) { try StagedOutput(target: folder + "/none/out") }

            let two = try StagedOutput(target: folder + "/list.json")
            _ = try two.subfolder("labels")
            try two.write("[]", as: "datalist.json")
            try "".write(toFile: folder + "/list.json", atomically: true, encoding: .utf8)
            #expect(throws: ExportError.exists(folder + "/list.json")) {
                try two.publish([("labels", folder + "/list_labels"), ("datalist.json", folder + "/list.json")])
            }
            two.discard()
            #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder)) == ["out", "list.json"])
        }
    }

    @Test func discardingFollowsNoLink() async throws {
        try await withTemporaryFolder { folder in
            let staged = try StagedOutput(target: folder + "/out")
            try FileManager.default.createDirectory(atPath: folder + "/kept", withIntermediateDirectories: false)
            try "x".write(toFile: folder + "/kept/x", atomically: true, encoding: .utf8)
            try FileManager.default.createSymbolicLink(
                atPath: staged.folder + "/link", withDestinationPath: folder + "/kept")
            staged.discard()
            #expect(FileManager.default.fileExists(atPath: folder + "/kept/x"))
            #expect(!FileManager.default.fileExists(atPath: staged.folder))
        }
    }
}
