import Domain
import Foundation
import Phantoms
import TestSupport
import Testing

/// Exports of releases whose sources state different licences, imported as downloaded.
@Suite struct DisputedLicenceTests {
    private let files = FileManager.default

    /// The first scan of a Decathlon folder, renamed like another release.
    private func tree(_ bench: Workbench, _ name: String, image: String, label: String) throws -> String {
        let source = try PhantomData.write(.msd(.liver, lesions: false), "plain-\(name)", scans: 1...1, in: bench)
        let root = "\(bench.folder)/\(name)"
        for (kind, target) in [("imagesTr", image), ("labelsTr", label)] {
            let file = try #require(try files.contentsOfDirectory(atPath: "\(source)/\(kind)").first)
            let place = "\(root)/\(target)"
            try files.createDirectory(
                atPath: URL(filePath: place).deletingLastPathComponent().path(), withIntermediateDirectories: true)
            try files.copyItem(atPath: "\(source)/\(kind)/\(file)", toPath: place)
        }
        return root
    }

    private func export(_ bench: Workbench, _ organ: String, _ more: String...) async throws -> Ending {
        try await bench.start(
            ["export", "monai", "--output", "\(bench.folder)/a.json", "--organs", organ, "--json"] + more
        ).end()
    }

    @Test(arguments: [
        ("amos", "imagesTr/amos_0001.nii.gz", "labelsTr/amos_0001.nii.gz", "amos22", ["CC BY 4.0", "CC BY-SA 4.0"]),
        (
            "flare", "images/FLARE22_Tr_0001_0000.nii.gz", "labels/FLARE22_Tr_0001.nii.gz", "flare22",
            ["CC BY-NC-SA 4.0", "CC BY-NC-ND 4.0"]
        ),
    ]) func aReleaseWithDisputedLicencesIsExportedOnlyIfAcceptedByName(
        name: String, image: String, label: String, release: String, licences: [String]
    ) async throws {
        try await Workbench.with { bench in
            let path = try tree(bench, name, image: image, label: label)
            let imported = try await bench.lacuna("dataset", "import", path)
            #expect(imported.status == 0, "\(imported.errors)")
            #expect(imported.errors.contains("--accept-licence \(name)"), "reported at import")
            let shown = try await bench.lacuna("dataset", "show", name, "--json").object()
            let rows = try #require(shown["licences"] as? [[String: Any]])
            #expect(rows.allSatisfy { $0["release"] as? String == release })
            let stated = rows.compactMap { $0["licence"] as? String }
            #expect(stated.map(LicenceTerms.init).elementsEqual(licences.map(LicenceTerms.init)), "\(stated)")

            let organ = name == "amos" ? "spleen" : "liver"
            let refused = try await export(bench, organ)
            #expect(refused.status == 5)
            let problems = try refused.rows()
            #expect(problems.count == 2 && problems.allSatisfy { $0["kind"] as? String == "conflict" })
            #expect(!files.fileExists(atPath: bench.folder + "/a.json"))
            let accepted = try await export(bench, organ, "--accept-licence", name)
            #expect(accepted.status == 0, "\(accepted.errors)")
        }
    }
}
