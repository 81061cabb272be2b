import Domain
import Foundation
import TestSupport
import Testing

/// Contradictions between sources of one scan are reported by imports and listed by `label conflicts`.
@Suite struct LabelConflictTests {
    /// Two datasets of the scans 1 to 3. In the second: no liver in the first case, a liver elsewhere in the second.
    private func data(_ bench: Workbench) throws -> (first: String, second: String) {
        let first = try TinySet("first", ["liver", "spleen"], in: bench)
        let second = try TinySet("second", ["liver"], in: bench)
        for scan in 1...3 { try first.add("c\(scan)", scan: scan, [(1, TinySet.liver), (2, TinySet.spleen)]) }
        try second.add("k1", scan: 1, [])
        try second.add("k2", scan: 2, [(1, VoxelBox(lower: Vector3(11, 5, 8), upper: Vector3(17, 12, 12)))])
        try second.add("k3", scan: 3, [(1, TinySet.liver)])
        return (first.path, second.path)
    }

    private func problems(_ ending: Ending, of name: String) throws -> [String] {
        let cases = try #require(try ending.object()["cases"] as? [[String: Any]])
        return cases.filter { $0["case"] as? String == name && $0["kind"] as? String == "conflict" }
            .compactMap { $0["problem"] as? String }
    }

    private func status(_ bench: Workbench, _ volume: String, _ organ: String) async throws -> String? {
        let rows = try await bench.lacuna("mask", "list", "--volume", volume, "--organ", organ, "--json").rows()
        return rows.first?["status"] as? String
    }

    @Test func importsReportContradictionsByCaseAndOrganAndSoDoesADryRun() async throws {
        try await Workbench.with { bench in
            let (first, second) = try data(bench)
            #expect(try await bench.lacuna("dataset", "import", first).status == 0)
            for options in [["--dry-run"], ["--strict"]] {
                let arguments = ["dataset", "import", second, "--json"] + options
                let ending = try await bench.start(arguments).end()
                #expect(ending.status == 0, "\(ending.errors)")
                let held = try problems(ending, of: "k1")
                #expect(held.count == 1 && held[0].contains("liver is absent here and annotated by first"), "\(held)")
                #expect(held[0].contains("held"))
                let overlap = try problems(ending, of: "k2")
                #expect(
                    overlap.count == 1 && overlap[0].contains("Dice 0.4") && overlap[0].contains("liver"), "\(overlap)")
                #expect(try problems(ending, of: "k3").isEmpty, "equal masks do not contradict each other")
            }
            #expect(try await status(bench, "first/c1", "liver") == "annotated")
        }
    }

    @Test func conflictsAreListedFilteredAndDecided() async throws {
        try await Workbench.with { bench in
            let (first, second) = try data(bench)
            #expect(try await bench.lacuna("dataset", "import", first).status == 0)
            let import_ = try await bench.lacuna("dataset", "import", second)
            #expect(import_.status == 0 && import_.errors.contains("lacuna label conflicts"), "\(import_.errors)")
            for _ in 1...2 {
                let rows = try await bench.lacuna("label", "conflicts", "--json").rows()
                #expect(
                    rows.map { $0["kind"] as? String } == ["status", "overlap"],
                    "the second call reads what the first computed")
                #expect(rows.map { $0["state"] as? String } == ["held", "policy"])
                #expect(rows.map { $0["case"] as? String } == ["first/c1", "first/c2"])
                #expect(
                    rows[0]["currentValue"] as? String == "annotated" && rows[0]["otherValue"] as? String == "absent")
                #expect(try #require(rows[1]["dice"] as? Double) > 0.3)
            }
            let filters: [([String], Int)] = [
                (["--held"], 1), (["--kind", "overlap"], 1), (["--organ", "spleen"], 0),
                (["--volume", "second/k2"], 1),
                (["--dataset", "second"], 2), (["--below", "0.1"], 1),
            ]
            for (filter, count) in filters {
                let rows = try await bench.start(["label", "conflicts", "--json"] + filter).end().rows()
                #expect(rows.count == count, "\(filter)")
            }
            let csv = try await bench.lacuna("label", "conflicts", "--csv").output.split(separator: "\n")
            #expect(csv.count == 3 && csv[0].hasPrefix("kind,volume,case,organ,"))

            let accepted = try await bench.lacuna("dataset", "import", second, "--accept", "conflict:k1")
            #expect(accepted.status == 0, "\(accepted.errors)")
            #expect(try await status(bench, "first/c1", "liver") == "absent")
            let decided = try await bench.lacuna("label", "conflicts", "--kind", "status", "--json").rows()
            #expect(decided.map { $0["state"] as? String } == ["person"])
        }
    }

    @Test func modalityAndSpacingThatDifferAreReportedAndListed() async throws {
        try await Workbench.with { bench in
            let first = try TinySet("first", ["liver"], in: bench)
            let second = try TinySet("second", ["spleen"], spacing: Vector3(1, 1, 1), modality: "MRI", in: bench)
            try first.add("c", scan: 1, [(1, TinySet.liver)])
            try second.add("k", scan: 1, [(1, TinySet.spleen)])
            #expect(try await bench.lacuna("dataset", "import", first.path).status == 0)
            let ending = try await bench.lacuna("dataset", "import", second.path, "--json")
            let found = try problems(ending, of: "k")
            #expect(found.count == 2 && found[0].contains("2 x 2 x 2.5 mm") && found[1].contains("MR"), "\(found)")
            let rows = try await bench.lacuna("label", "conflicts", "--json").rows()
            #expect(Set(rows.compactMap { $0["kind"] as? String }) == ["spacing", "modality"])
            #expect(rows.allSatisfy { $0["state"] as? String == "open" })
        }
    }

    @Test func aPartOfAnAbsentOrganAndALostOrganOfOneReleaseAreReported() async throws {
        try await Workbench.with { bench in
            let first = try TinySet("first", ["liver"], in: bench)
            let second = try TinySet("second", ["liver_tumour"], in: bench)
            try first.add("c", scan: 1, [])
            try second.add("k", scan: 1, [(1, TinySet.liver)])
            #expect(try await bench.lacuna("dataset", "import", first.path).status == 0)
            let ending = try await bench.lacuna("dataset", "import", second.path, "--json")
            let found = try problems(ending, of: "k")
            #expect(found.contains { $0.contains("liver_tumour, which is inside liver") }, "\(found) \(ending.errors)")
            let rows = try await bench.lacuna("label", "conflicts", "--kind", "part", "--json").rows()
            #expect(rows.count == 1)

            try first.add("d", scan: 2, [(1, TinySet.liver)])
            #expect(try await bench.lacuna("dataset", "import", first.path).status == 0)
            try first.add("d", scan: 2, [])
            let again = try await bench.lacuna("dataset", "import", first.path, "--json")
            let lost = try problems(again, of: "d")
            #expect(
                lost.contains { $0.contains("liver is absent here and annotated in the earlier import") }, "\(lost)")
            #expect(try await status(bench, "first/d", "liver") == "absent", "a release corrects itself")
        }
    }
}
