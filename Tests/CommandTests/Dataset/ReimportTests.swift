import Foundation
import Phantoms
import TestSupport
import Testing

/// A folder that is imported again with another label map: labels that it no longer contains are not current.
@Suite struct ReimportTests {
    private static let values = [
        1: "spleen", 2: "kidney_right", 3: "kidney_left", 4: "gallbladder", 5: "esophagus", 6: "liver", 7: "stomach",
        8: "aorta", 9: "inferior_vena_cava", 10: "portal_vein_and_splenic_vein", 11: "pancreas",
        12: "adrenal_gland_right", 13: "adrenal_gland_left",
    ]

    /// A description of a BTCV folder by patterns, with other names for some of its values.
    private func map(_ bench: Workbench, but other: [Int: String] = [:], more: String = "") throws -> String {
        let values = Self.values.merging(other) { _, new in new }.sorted { $0.key < $1.key }
        let text = """
            release: ours
            images: RawData/Training/img/img{case:#}.nii[.gz]
            labels: RawData/Training/label/label{case:#}.nii[.gz]
            values:
            \(values.map { "  \($0): \($1)" }.joined(separator: "\n"))
            \(more)
            """
        let path = "\(bench.folder)/\(UUID().uuidString).yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func status(_ bench: Workbench, _ organ: String) async throws -> String? {
        try await bench.lacuna("mask", "history", "1", organ, "--json").rows().last?["statusAfter"] as? String
    }

    @Test func aCorrectedMapWithdrawsTheLabelsOfTheWrongOne() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let wrong = try await bench.lacuna(
                "dataset", "import", path, "--map", try map(bench, but: [1: "urinary_bladder"]))
            #expect(wrong.status == 0, "\(wrong.errors)")
            let before = try await bench.lacuna("coverage", "--organ", "urinary_bladder", "--json").rows()
            #expect(before.first?["annotated"] as? Int == 1)

            let right = try map(bench)
            let ending = try await bench.lacuna("dataset", "import", path, "--map", right)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect((ending.output + ending.errors).contains("no longer contain urinary_bladder"))
            let organs = try await bench.lacuna("coverage", "--json").rows()
                .filter { ($0["annotated"] as? Int ?? 0) > 0 }.compactMap { $0["organ"] as? String }
            #expect(organs.contains("spleen") && !organs.contains("urinary_bladder"), "\(organs)")
            #expect(try await status(bench, "urinary_bladder") == "unlabelled")

            let revision = try await bench.revision()
            #expect(try await bench.lacuna("dataset", "import", path, "--map", right).status == 0)
            #expect(try await bench.revision() == revision, "nothing is withdrawn twice")
        }
    }

    /// The same for labels of a model.
    @Test func aCorrectedMapWithdrawsTheLabelsOfAModel() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let wrong = try map(bench, but: [1: "urinary_bladder"])
            let first = try await bench.lacuna("dataset", "import", path, "--origin", "model", "--map", wrong)
            #expect(first.status == 0, "\(first.errors)")
            func pseudo() async throws -> [String] {
                try await bench.lacuna("coverage", "--json").rows()
                    .filter { ($0["pseudo"] as? Int ?? 0) > 0 }.compactMap { $0["organ"] as? String }
            }
            #expect(try await pseudo().contains("urinary_bladder"))
            let right = ["dataset", "import", path, "--origin", "model", "--map", try map(bench)]
            let ending = try await bench.start(right).end()
            #expect(ending.status == 0, "\(ending.errors)")
            #expect((ending.output + ending.errors).contains("no longer contain urinary_bladder"))
            let organs = try await pseudo()
            #expect(organs.contains("spleen") && !organs.contains("urinary_bladder"), "\(organs)")
            #expect(try await status(bench, "urinary_bladder") == "unlabelled")
            let revision = try await bench.revision()
            #expect(try await bench.start(right).end().status == 0)
            #expect(try await bench.revision() == revision, "nothing is withdrawn twice")
        }
    }

    /// Both licence statements are kept, and an export requires that a person accepts them.
    @Test func aCorrectedLicenceIsRecordedBesideTheFirst() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let first = try map(bench, more: "licence: {text: CC BY-NC-ND 4.0, source: the page}")
            #expect(try await bench.lacuna("dataset", "import", path, "--map", first).status == 0)
            let more = ["--organs", "liver", "--json"]
            func export(_ name: String, _ accepted: String...) async throws -> Ending {
                try await bench.start(
                    ["export", "monai", "--output", "\(bench.folder)/\(name).json"] + more + accepted
                ).end()
            }
            #expect(try await export("a").status == 5)

            let right = try map(bench, more: "licence: {text: CC BY 4.0, source: the contract}")
            let dry = try await bench.lacuna("dataset", "import", path, "--map", right, "--dry-run")
            #expect(dry.output.contains("states the licence CC BY 4.0"))
            func stated() async throws -> [String] {
                let shown = try await bench.lacuna("dataset", "show", "set", "--json").object()
                return try #require(shown["licences"] as? [[String: Any]]).compactMap { $0["licence"] as? String }
            }
            #expect(try await stated() == ["CC BY-NC-ND 4.0"], "a dry run records nothing")
            let ending = try await bench.lacuna("dataset", "import", path, "--map", right)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect((ending.output + ending.errors).contains("--accept-licence 'set'"), "\(ending.output)")
            #expect(try await stated() == ["CC BY-NC-ND 4.0", "CC BY 4.0"])
            let refused = try await export("b")
            #expect(refused.status == 5)
            #expect(try Set(refused.rows().map { $0["kind"] as? String }) == ["conflict"])
            #expect(try await export("c", "--accept-licence", "set").status == 0)

            let again = try await bench.lacuna("dataset", "import", path, "--map", right)
            #expect(again.status == 0 && !again.output.contains("states the licence"))
            #expect(try await stated().count == 2, "recorded once")
        }
    }

    /// A missing licence contradicts no statement.
    @Test func aMissingLicenceIsStatedLater() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path, "--map", try map(bench)).status == 0)
            let right = try map(bench, more: "licence: {text: CC BY 4.0, source: the contract}")
            #expect(try await bench.lacuna("dataset", "import", path, "--map", right, "--strict").status == 0)
            let ending = try await bench.lacuna(
                "export", "monai", "--output", "\(bench.folder)/a.json", "--organs", "liver", "--purpose", "commercial")
            #expect(ending.status == 0, "\(ending.errors)")
        }
    }

    @Test func aMissingLabelFileIsReportedAndItsLabelsAreKept() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let coverage = try await bench.lacuna("coverage", "--json").output
            let label = "RawData/Training/label/label0002.nii.gz"
            try FileManager.default.removeItem(atPath: "\(path)/\(label)")
            let ending = try await bench.lacuna("dataset", "import", path)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect((ending.output + ending.errors).contains(label), "\(ending.output) \(ending.errors)")
            #expect(try await bench.lacuna("coverage", "--json").output == coverage)
        }
    }

    @Test func aModalityIsInferredOrStatedLater() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            func modality() async throws -> String? {
                try await bench.lacuna("volume", "show", "1", "--json").object()["modality"] as? String
            }
            let other = try await bench.lacuna(
                "dataset", "import", path, "--map", try map(bench, more: "modality: other"))
            #expect(other.status == 0, "\(other.errors)")
            #expect(try await modality() == "other")
            let stated = try await bench.lacuna("dataset", "import", path, "--map", try map(bench))
            #expect(stated.status == 0, "\(stated.errors)")
            #expect((stated.output + stated.errors).contains("imported as CT"))
            #expect(try await modality() == "CT")
            let contrary = try await bench.lacuna(
                "dataset", "import", path, "--map", try map(bench, more: "modality: MR"))
            #expect(contrary.status == 0)
            #expect(try await modality() == "MR", "a stated modality corrects the recorded one")
        }
    }

    @Test func aFittingLabelMapBringsNoLicence() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.msd(.spleen, lesions: false), "ours", scans: 1...1, in: bench)
            let file = URL(filePath: "\(path)/dataset.json")
            var description = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
            for key in ["licence", "release"] { description[key] = nil }
            for (name, licence) in [("Spleen", "CC BY-SA 4.0"), ("OurHospital", "not stated")] {
                description["name"] = name
                try JSONSerialization.data(withJSONObject: description).write(to: file)
                let ending = try await bench.lacuna("dataset", "import", path, "--name", name, "--json")
                #expect(ending.status == 0, "\(ending.errors)")
                let shown = try await bench.lacuna("dataset", "list", "--json").rows()
                    .first { $0["name"] as? String == name || $0["dataset"] as? String == name }
                #expect(shown?["licence"] as? String == licence, "\(String(describing: shown))")
            }
        }
    }

    @Test func imagesAndLabelsOfAMapShareAPart() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            let file = "\(bench.folder)/map.yaml"
            try """
            images: RawData/Training/img/img{case:#}.nii[.gz]
            labels: RawData/Training/label/label{cse:#}.nii[.gz]
            values: {6: liver}
            """.write(toFile: file, atomically: true, encoding: .utf8)
            let ending = try await bench.lacuna("dataset", "import", path, "--map", file)
            #expect(ending.status == 3)
            #expect(ending.errors.contains("must share a {part}"), "\(ending.errors)")
        }
    }
}
