import Phantoms
import TestSupport
import Testing

/// The tools that exports are made for accept them: nnU-Net's own check, and MONAI's own loader.
@Suite(.serialized, .needsPeers) struct PeerAcceptanceTests {
    private func imported(_ bench: Workbench) async throws {
        let all = try PhantomData.write(.btcv, "internal", scans: 1...2, in: bench)
        let livers = try PhantomData.write(
            .msd(.liver, lesions: true), "Task03_Liver", scans: 11...12, in: bench, orientation: "RAS")
        for path in [all, livers] { #expect(try await bench.lacuna("dataset", "import", path).status == 0) }
        let split = try await bench.lacuna(
            "split", "create", "main", "--train", "Task03_Liver", "--validation", "internal")
        #expect(split.status == 0, "\(split.errors)")
    }

    @Test(arguments: ["reference", "copy", "link"])
    func nnUNetVerifiesTheDataset(_ images: String) async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let exported = try await bench.lacuna(
                "export", "nnunet", "--output", bench.folder, "--dataset-id", "7", "--name", "Abdomen", "--organs",
                "liver,liver_tumour,spleen", "--split", "main", "--images", images)
            #expect(exported.status == 0, "\(exported.errors)")
            let verified = try await PeerTools.run(
                "verify_nnunet.py", bench.folder + "/Dataset007_Abdomen")
            #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
            #expect(verified.output.contains("verify_dataset_integrity Done"))
            #expect(!verified.output.contains("Warning"), "\(verified.output)")
            #expect(!verified.output.contains("Error"), "\(verified.output)")
            #expect(verified.output.contains("regions [(1, 2), 2, 3] ignore 4"), "\(verified.output)")
            #expect(
                verified.output.contains(
                    "folds ['Task03_Liver_liver_1', 'Task03_Liver_liver_2'] ['internal_img0001', 'internal_img0002']")
            )
        }
    }

    @Test func monaiLoadsTheDatalist() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let exported = try await bench.lacuna(
                "export", "monai", "--output", bench.folder + "/list.json", "--organs", "liver,spleen", "--split",
                "main")
            #expect(exported.status == 0, "\(exported.errors)")
            let loaded = try await PeerTools.run(
                "load_monai.py", bench.folder + "/list.json")
            #expect(loaded.status == 0, "\(loaded.output)\(loaded.errors)")
            #expect(loaded.output.contains("training 0 Task03_Liver_liver_1 [1, 3]"), "\(loaded.output)")
            #expect(loaded.output.contains("validation 1 internal_img0001 [0, 1, 2]"), "\(loaded.output)")
        }
    }
}
