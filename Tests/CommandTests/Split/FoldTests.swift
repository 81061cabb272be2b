import Foundation
import Phantoms
import Postgres
import TestSupport
import Testing

/// Folds of a cross-validation whose subjects turn out to be one patient, and exports of them.
@Suite struct FoldTests {
    /// Creates three folds of six patients; returns the names by the fold in which they validate.
    private func folds(_ bench: Workbench) async throws -> [[String]] {
        let path = try PhantomData.write(.btcv, "set", scans: 1...6, in: bench)
        #expect(try await bench.lacuna("dataset", "import", path).status == 0)
        #expect(try await bench.lacuna("split", "create", "cv", "--folds", "3").status == 0)
        let subjects = try await bench.lacuna("subject", "list", "--json").rows()
        return try (0..<3).map { fold in
            let own = subjects.filter { ($0["parts"] as? [String])?.contains("cv-\(fold)/validation") ?? false }
            try #require(own.count == 2)
            return own.compactMap { $0["name"] as? String }
        }
    }

    /// The training and validation cases of each fold of an nnU-Net export, and the notes of the program.
    private func exported(_ bench: Workbench) async throws -> (folds: [[String: [String]]], notes: String) {
        let (folder, ending) = try await export(bench)
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(try ending.object()["emptyFolds"] as? [Int] == [])
        let data = try Data(contentsOf: URL(filePath: folder + "/splits_final.json"))
        return (try #require(try JSONSerialization.jsonObject(with: data) as? [[String: [String]]]), ending.errors)
    }

    /// The folder of the dataset, and how the program ended.
    private func export(_ bench: Workbench, _ options: String...) async throws -> (folder: String, ending: Ending) {
        let folder = "\(bench.folder)/\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let arguments = [
            "export", "nnunet", "--output", folder, "--dataset-id", "1", "--name", "A", "--organs", "liver",
            "--split", "cv", "--json",
        ]
        let ending = try await bench.start(arguments + options).end()
        let name = try FileManager.default.contentsOfDirectory(atPath: folder).first { !$0.hasPrefix(".") }
        return ("\(folder)/\(name ?? "")", ending)
    }

    /// The export's names of the patients' only cases: the layout derives patient 0001 from `img0001`.
    private func names(_ subjects: [String]) -> Set<String> {
        Set(subjects.map { $0.replacing("/", with: "_img") })
    }

    private func expectNoLeak(_ folds: [[String: [String]]]) throws {
        for fold in folds {
            let (train, held) = (try #require(fold["train"]), try #require(fold["val"]))
            #expect(!held.isEmpty && !train.isEmpty && Set(train).isDisjoint(with: held))
        }
    }

    @Test func aPatientOfTwoFoldsValidatesInOne() async throws {
        try await Workbench.with { bench in
            let folds = try await folds(bench)
            let (first, second) = (folds[0][0], folds[1][0])
            let beside = try await bench.lacuna("split", "create", "beside", "--validation", "set")
            #expect(beside.status == 0, "\(beside.errors)")
            let join = try await bench.lacuna(
                "subject", "join", second, first, "--yes", "--reason", "one patient",
                "--json")
            #expect(join.status == 0, "\(join.errors)")
            let changed = try #require(try join.object()["changedParts"] as? [String])
            #expect(changed.count == 2)
            #expect(changed.first?.hasPrefix("cv-0: ") == true && changed.last?.hasPrefix("cv-1: ") == true)
            #expect(try join.object()["newlyContaminated"] as? [Int] == [])
            #expect(join.errors.contains("A patient validates in one fold: no longer in cv-"), "\(join.errors)")
            #expect(!join.errors.contains("beside"), "a split that is not one of these folds")
            let parts = try #require(try join.object()["parts"] as? [String])
            #expect(parts.count { $0.hasPrefix("cv-") && $0.hasSuffix("/validation") } == 1)

            let (exported, _) = try await exported(bench)
            try expectNoLeak(exported)
            let patient = names([first, second])
            let validating = exported.indices.filter { !patient.isDisjoint(with: exported[$0]["val"] ?? []) }
            #expect(validating.count == 1)
            for fold in 0..<3 {
                let part = validating.contains(fold) ? "val" : "train"
                #expect(patient.isSubset(of: exported[fold][part] ?? []), "both cases, in fold \(fold)")
            }
        }
    }

    @Test func anExportHasTheFoldsOfTheDatabase() async throws {
        try await Workbench.with { bench in
            let folds = try await folds(bench)
            let root = try await Connection.connect(bench.settings.with(user: "postgres"))
            func set(_ part: String, of subject: String, in split: String) async throws {
                try await root.execute(
                    """
                    update lacuna.split_member set part = '\(part)'
                    where subject_id = (select id from lacuna.subject where name = '\(subject)')
                      and split_id = (select id from lacuna.split where name = '\(split)')
                    """)
            }
            try await set("validation", of: folds[0][0], in: "cv-1")
            try await set("test", of: folds[0][1], in: "cv-2")
            let (torn, notes) = try await exported(bench)
            try expectNoLeak(torn)
            #expect(!notes.contains("No exported case validates"))
            let (twice, tested) = (names([folds[0][0]]), names([folds[0][1]]))
            #expect(twice.isSubset(of: torn[0]["val"] ?? []) && twice.isSubset(of: torn[1]["val"] ?? []))
            #expect(twice.isSubset(of: torn[2]["train"] ?? []))
            #expect(tested.isDisjoint(with: torn.flatMap { ($0["train"] ?? []) + ($0["val"] ?? []) }))
            let list = try await bench.lacuna(
                "export", "monai", "--output", bench.folder + "/list.json", "--organs", "liver", "--split", "cv")
            #expect(list.status == 5, "a datalist has one fold a case")
            #expect(list.errors.contains("validates in several folds"), "\(list.errors)")

            for subject in folds[2] { try await set("train", of: subject, in: "cv-2") }
            let (folder, refused) = try await export(bench)
            #expect(refused.status == 5, "nnU-Net fails on a fold without validation cases")
            #expect(refused.errors.contains("fold 2 of 3") && refused.errors.contains("--allow-empty-folds"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [], "nothing is left behind")
            let accepted = try await export(bench, "--allow-empty-folds").ending
            #expect(accepted.status == 0, "\(accepted.errors)")
            #expect(try accepted.object()["emptyFolds"] as? [Int] == [2])
            #expect(accepted.errors.contains("No exported case validates in fold 2 of 3"), "\(accepted.errors)")
            await root.close()
        }
    }
}
