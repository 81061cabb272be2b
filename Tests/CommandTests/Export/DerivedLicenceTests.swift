import Foundation
import Phantoms
import TestSupport
import Testing

/// Masks derived from a dataset's masks are bound by its licence.
@Suite struct DerivedLicenceTests {
    /// Imports two liver sets of one scan, of which the second forbids commercial use.
    private func imported(_ bench: Workbench) async throws {
        for (name, licence) in [("free", "CC BY 4.0"), ("nc", "CC BY-NC 4.0")] {
            let path = try PhantomData.write(.msd(.liver, lesions: false), name, scans: 1...1, in: bench)
            let file = "\(path)/dataset.json"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try text.replacing("CC0 1.0", with: licence).write(toFile: file, atomically: true, encoding: .utf8)
            let ending = try await bench.lacuna("dataset", "import", path)
            #expect(ending.status == 0, "\(ending.errors)")
        }
        #expect(try await bench.lacuna("mask", "policy", "set", "release", "--reason", "a test").status == 0)
    }

    private func export(_ bench: Workbench, _ format: String, _ more: [String]) async throws -> Ending {
        let folder = "\(bench.folder)/\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let target =
            format == "monai"
            ? ["--output", "\(folder)/list.json"]
            : ["--output", folder, "--dataset-id", "1", "--name", "Livers"]
        return try await bench.start(["export", format, "--organs", "liver", "--json"] + target + more).end()
    }

    private func expectRefused(
        _ bench: Workbench, _ more: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    )
        async throws
    {
        for format in ["monai", "nnunet"] {
            let refused = try await export(bench, format, ["--purpose", "commercial"] + more)
            #expect(refused.status == 5, "\(format): \(refused.errors)", sourceLocation: sourceLocation)
            let rows = try refused.rows()
            #expect(rows.map { $0["dataset"] as? String } == ["nc"], sourceLocation: sourceLocation)
            #expect(rows.first?["kind"] as? String == "nonCommercial", sourceLocation: sourceLocation)
        }
    }

    @Test func aConsensusIsBoundByTheLicencesOfItsMasks() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let only = ["--dataset", "free"]
            #expect(try await export(bench, "monai", ["--purpose", "commercial"] + only).status == 0, "its own label")
            let consensus = try await bench.lacuna(
                "mask", "consensus", "free/liver_1", "liver", "--method", "majority", "--adopt", "--reason", "c",
                "--json")
            #expect(try consensus.object()["current"] as? Bool == true, "\(consensus.errors)")
            try await expectRefused(bench)
            try await expectRefused(bench, only)
            // The remedy names the mask, because no --dataset excludes it.
            let mask = String(try #require(try consensus.object()["mask"] as? Int))
            let refused = try await export(bench, "monai", ["--purpose", "commercial"] + only)
            let remedy = try #require(try refused.rows().first?["remedy"] as? String)
            #expect(remedy.contains("lacuna lineage \(mask)") && remedy.contains("--accept-licence 'nc'"), "\(remedy)")

            let research = try await export(bench, "monai", only)
            #expect(research.status == 0, "\(research.errors)")
            let list = try Data(contentsOf: URL(filePath: try #require(try research.object()["file"] as? String)))
            let json = try #require(try JSONSerialization.jsonObject(with: list) as? [String: Any])
            let licences = try #require(json["licence"] as? [[String: Any]])
            #expect(licences.compactMap { $0["dataset"] as? String } == ["free", "nc"])
            let accepted = try await export(
                bench, "monai", ["--purpose", "commercial", "--accept-licence", "nc"] + only)
            #expect(accepted.status == 0, "\(accepted.errors)")
        }
    }

    /// A correction of the current mask is derived from it.
    @Test func aCorrectionIsBoundByTheLicencesOfWhatItCorrects() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let consensus = try await bench.lacuna(
                "mask", "consensus", "1", "liver", "--method", "majority", "--adopt", "--reason", "c")
            #expect(consensus.status == 0, "\(consensus.errors)")
            let file = bench.folder + "/liver.nii.gz"
            #expect(try await bench.lacuna("mask", "export", "1", "liver", "--output", file).status == 0)
            let drawn = try await bench.lacuna(
                "mask", "import", "1", "liver", file, "--rater", "ab", "--reason", "checked", "--json")
            #expect(try drawn.object()["current"] as? Bool == true, "\(drawn.errors)")
            try await expectRefused(bench)
            try await expectRefused(bench, ["--dataset", "free"])
        }
    }
}
