import Foundation
import Phantoms
import TestSupport
import Testing

/// The datasets and organs of an export.
@Suite struct ExportChoiceTests {
    /// Exports to a new folder.
    private func export(_ bench: Workbench, _ organs: String, _ more: String...) async throws -> Ending {
        let folder = "\(bench.folder)/\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try await bench.start(
            [
                "export", "nnunet", "--output", folder, "--dataset-id", "1", "--name", "Chosen", "--organs", organs,
                "--json",
            ] + more
        ).end()
    }

    private func annotated(_ ending: Ending) throws -> [String: Int] {
        let rows = try #require(try ending.object()["organs"] as? [[String: Any]])
        return Dictionary(
            uniqueKeysWithValues: rows.map { ($0["organ"] as? String ?? "", $0["annotated"] as? Int ?? 0) })
    }

    @Test func aDatasetIsExportedWithItsOwnLabelsWhicheverAreCurrent() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "internal", scans: 1...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(try await bench.lacuna("dataset", "import", path, "--name", "other").status == 0)
            for names in [["internal"], ["other"], ["internal", "other"], []] {
                let ending = try await bench.start(
                    [
                        "export", "monai", "--output", "\(bench.folder)/\(UUID().uuidString).json", "--organs",
                        "kidney_left,spleen", "--json",
                    ] + names.flatMap { ["--dataset", $0] }
                ).end()
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(try annotated(ending) == ["kidney_left": 2, "spleen": 2], "\(names)")
                #expect(try ending.object()["leftOut"] as? Int == 0)
            }
            let raw = try await export(bench, "kidney_left,spleen", "--dataset", "internal")
            #expect(try annotated(raw) == ["kidney_left": 2, "spleen": 2])

            // A correction belongs to no dataset and applies to all of them.
            let corrected = try await bench.lacuna(
                "label", "set", "internal/img0001", "spleen", "absent", "--override", "--reason", "removed")
            #expect(corrected.status == 0, "\(corrected.errors)")
            let after = try await export(bench, "kidney_left,spleen", "--dataset", "internal")
            #expect(try annotated(after) == ["kidney_left": 2, "spleen": 1])
        }
    }

    /// An export of one dataset leaves out the labels of others of the same scan.
    @Test func labelsOfOtherDatasetsAreLeftOut() async throws {
        try await Workbench.with { bench in
            let all = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench)
            let livers = try PhantomData.write(.msd(.liver, lesions: false), "livers", scans: 1...1, in: bench)
            for path in [all, livers] { #expect(try await bench.lacuna("dataset", "import", path).status == 0) }
            let ending = try await export(bench, "liver,spleen", "--dataset", "livers")
            #expect(try annotated(ending) == ["liver": 1, "spleen": 0], "\(ending.errors)")
        }
    }

    @Test func organsAreNamedInAnySpelling() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let mapping = ["--class-mapping", "livr=liver"]
            for (organs, more) in [("livr,spleen", []), ("liver,spleen", mapping)] {
                let ending = try await bench.start(
                    ["export", "monai", "--output", bench.folder + "/a.json", "--organs", organs] + more
                ).end()
                #expect(ending.status == 3)
                #expect(ending.errors.contains("did you mean liver?"), "\(ending.errors)")
            }
            let spelled = try await export(bench, "Liver, Left Kidney")
            #expect(try annotated(spelled) == ["liver": 1, "kidney_left": 1], "\(spelled.errors)")
            let twice = try await export(bench, "liver,Liver")
            #expect(twice.status == 2, "\(twice.errors)")
        }
    }
}
