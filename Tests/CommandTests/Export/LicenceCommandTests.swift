import Foundation
import Phantoms
import TestSupport
import Testing

/// Licences are recorded at import and shown, and an export that they forbid is refused.
@Suite struct LicenceCommandTests {
    /// Imports a liver set in the layout of the Decathlon whose `dataset.json` states `licence`.
    private func imported(_ licence: String, _ bench: Workbench) async throws {
        let path = try PhantomData.write(.msd(.liver, lesions: false), "Livers", scans: 1...1, in: bench)
        let file = "\(path)/dataset.json"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing("CC0 1.0", with: licence).write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try await bench.lacuna("dataset", "import", path).status == 0)
    }

    private func export(_ bench: Workbench, _ name: String, _ more: String...) async throws -> Ending {
        try await bench.start(
            ["export", "monai", "--output", "\(bench.folder)/\(name).json", "--organs", "liver", "--json"] + more
        ).end()
    }

    @Test func noDerivativesLicencesRefuseExportsUnlessAccepted() async throws {
        try await Workbench.with { bench in
            try await imported("CC BY-NC-ND 4.0", bench)
            let refused = try await export(bench, "a")
            #expect(refused.status == 5)
            let rows = try refused.rows()
            #expect(rows.count == 1)
            #expect(rows[0]["dataset"] as? String == "Livers")
            #expect(rows[0]["licence"] as? String == "CC BY-NC-ND 4.0")
            #expect(rows[0]["source"] as? String == "dataset.json")
            #expect(rows[0]["kind"] as? String == "noDerivatives")
            #expect(!FileManager.default.fileExists(atPath: bench.folder + "/a.json"))
            #expect(!FileManager.default.fileExists(atPath: bench.folder + "/a_labels"))
            let accepted = try await export(bench, "a", "--accept-licence", "Livers")
            #expect(accepted.status == 0, "\(accepted.errors)")
        }
    }

    @Test func nonCommercialLicencesRefuseCommercialExportsOnly() async throws {
        try await Workbench.with { bench in
            try await imported("CC BY-NC-SA 4.0", bench)
            #expect(try await export(bench, "a", "--purpose", "commercial").status == 5)
            let research = try await export(bench, "b")
            #expect(research.status == 0, "\(research.errors)")
            #expect(research.errors.contains("Share alike: distribute this dataset only under CC BY-NC-SA 4.0"))
        }
    }

    /// LiTS as downloaded: its page and a table by others state different licences.
    @Test func conflictingStatementsAreShownAndMustBeAccepted() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.msd(.liver, lesions: false), "Livers", scans: 1...1, in: bench)
            let map = "\(bench.folder)/map.yaml"
            try "release: lits17\nlabels:\n  1: liver\n".write(toFile: map, atomically: true, encoding: .utf8)
            let imported = try await bench.lacuna(
                "dataset", "import", "\(path)/labelsTr", "--layout", "mapped", "--images", "\(path)/imagesTr",
                "--map", map, "--name", "LiTS")
            #expect(imported.status == 0, "\(imported.errors)")
            let shown = try await bench.lacuna("dataset", "show", "LiTS", "--json").object()
            let licences = try #require(shown["licences"] as? [[String: Any]])
            #expect(licences.compactMap { $0["licence"] as? String } == ["CC BY-NC-ND 4.0", "CC BY-SA 4.0"])
            let refused = try await export(bench, "a")
            #expect(refused.status == 5)
            #expect(try refused.rows().count == 2)
            #expect(try refused.rows().allSatisfy { $0["kind"] as? String == "conflict" })
            #expect(try await export(bench, "a", "--accept-licence", "LiTS").status == 0)
        }
    }

    /// A list shows one licence and the number of others.
    @Test func aListShowsThatSeveralLicencesWereStated() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.msd(.liver, lesions: false), "Livers", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(!(try await bench.lacuna("dataset", "list").output.contains("more")))
            let file = "\(path)/dataset.json"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            for other in ["CC BY 4.0", "ask the authors"] {
                try text.replacing("CC0 1.0", with: other).write(toFile: file, atomically: true, encoding: .utf8)
                #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            }
            let table = try await bench.lacuna("dataset", "list").output
            #expect(table.contains("CC0 1.0 and 2 more"), "\(table)")
            #expect(try await bench.lacuna("dataset", "show", "Livers").output.contains("CC0 1.0 and 2 more"))
            let row = try #require(try await bench.lacuna("dataset", "list", "--json").rows().first)
            #expect(row["licence"] as? String == "CC0 1.0")
            #expect(row["licences"] as? [String] == ["CC0 1.0", "CC BY 4.0", "ask the authors"])
        }
    }
}
