import Domain
import Foundation
import Imaging
import TestSupport
import Testing

/// Remedies that reports of contradictions name decide them.
@Suite struct LabelDecisionTests {
    /// Two datasets of one scan: in the first a CT with a liver, in the second recorded as MR, without one.
    private func contradicting(_ bench: Workbench) async throws -> (first: String, second: String) {
        let first = try TinySet("first", ["liver"], in: bench)
        let second = try TinySet("second", ["liver"], modality: "MRI", in: bench)
        try first.add("c", scan: 1, [(1, TinySet.liver)])
        try second.add("k", scan: 1, [])
        for path in [first.path, second.path] { #expect(try await bench.lacuna("dataset", "import", path).status == 0) }
        return (first.path, second.path)
    }

    @Test func aStatedModalityCorrectsARecordedOne() async throws {
        try await Workbench.with { bench in
            let (first, second) = try await contradicting(bench)
            func found() async throws -> [Any?] {
                let volume = try await bench.lacuna("volume", "show", "1", "--json").object()
                let sources = try #require(volume["sources"] as? [[String: Any]])
                let rows = try await bench.lacuna("label", "conflicts", "--kind", "modality", "--json").rows()
                return [volume["modality"] as? String] + sources.map { $0["sourceModality"] as? String } + [rows.count]
            }
            #expect(try await found() as? [AnyHashable] == ["CT", "CT", "MR", 1])
            let corrected = try await bench.lacuna("dataset", "import", second, "--modality", "CT", "--json")
            #expect(corrected.status == 0, "\(corrected.errors)")
            #expect(try corrected.object()["unchanged"] as? Int == 0)
            #expect(try await found() as? [AnyHashable] == ["CT", "CT", "CT", 0])
            let again = try await bench.lacuna("dataset", "import", second)
            #expect(again.errors.contains("every case is recorded already"))
            #expect(
                try await found() as? [AnyHashable] == ["CT", "CT", "CT", 0], "an import that states none keeps it")

            #expect(try await bench.lacuna("dataset", "import", first, "--modality", "MR").status == 0)
            #expect(
                try await found() as? [AnyHashable] == ["MR", "MR", "CT", 1], "the volume follows its first source")
        }
    }

    @Test func aPersonDecidesAHeldLabel() async throws {
        try await Workbench.with { bench in
            _ = try await contradicting(bench)
            func states(_ options: String...) async throws -> [String?] {
                let listed = try await bench.start(["label", "conflicts", "--kind", "status", "--json"] + options).end()
                return try listed.rows().map { $0["state"] as? String }
            }
            #expect(try await states() == ["held"])
            let set = try await bench.lacuna(
                "label", "set", "second/k", "liver", "absent", "--override", "--reason", "x")
            #expect(set.status == 0, "\(set.errors)")
            #expect(try await states() == ["person"])
            #expect(try await states("--held").isEmpty)
            let none = try await bench.lacuna("label", "conflicts", "--kind", "status", "--held")
            #expect(none.errors.contains("No contradiction matches the options."))
        }
    }

    @Test func aVolumeIsListedUnderTheDatasetThatTheCommandNames() async throws {
        try await Workbench.with { bench in
            _ = try await contradicting(bench)
            let rows = try await bench.lacuna("label", "conflicts", "--dataset", "second", "--json").rows()
            #expect(rows.count == 2 && rows.allSatisfy { $0["case"] as? String == "second/k" })
            let log = try await bench.lacuna("log", "--kind", "import", "--json").rows()
            #expect(log.map { $0["datasets"] as? String } == ["second", "first"])
        }
    }

    @Test func anAcceptanceOfAnUnknownCaseIsNamed() async throws {
        try await Workbench.with { bench in
            let (first, _) = try await contradicting(bench)
            let ending = try await bench.lacuna("dataset", "import", first, "--accept", "conflict:nosuch")
            #expect(ending.output.contains("the dataset has no case nosuch"), "\(ending.output) \(ending.errors)")
        }
    }

    @Test func aMaskUnlikeTheCurrentOneIsNamedAndAnAbsenceNeedsAnOverride() async throws {
        try await Workbench.with { bench in
            _ = try await contradicting(bench)
            let before = "\(bench.folder)/before.nii.gz"
            #expect(try await bench.lacuna("mask", "export", "1", "liver", "--output", before).status == 0)
            let labels = try NIfTIReader().readLabels(before)
            var other = BitVolume(labels.grid.canonicalShape)
            for index in 0..<20 { other[index] = true }
            let (drawn, empty) = ("\(bench.folder)/other.nii.gz", "\(bench.folder)/empty.nii.gz")
            try NIfTIWriter.write(mask: other, on: labels.grid, to: drawn)
            try NIfTIWriter.write(mask: BitVolume(labels.grid.canonicalShape), on: labels.grid, to: empty)

            let absent = ["mask", "import", "1", "liver", empty, "--absent", "--reason", "x"]
            let refused = try await bench.start(absent).end()
            #expect(refused.status == 5 && refused.errors.contains("--override"), "\(refused.errors)")
            let replaced = try await bench.lacuna("mask", "import", "1", "liver", drawn, "--reason", "x")
            #expect(replaced.status == 0)
            #expect(replaced.errors.contains("overlaps little with mask 1"), "\(replaced.errors)")
            #expect(try await bench.start(absent + ["--override"]).end().status == 0)
        }
    }
}
