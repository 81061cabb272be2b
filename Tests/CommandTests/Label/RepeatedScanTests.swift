import Domain
import Foundation
import TestSupport
import Testing

/// One scan as two cases of one dataset: each case is a source of its own.
@Suite struct RepeatedScanTests {
    private static let elsewhere = VoxelBox(lower: Vector3(11, 5, 8), upper: Vector3(17, 12, 12))

    /// Cases a and b of one scan, with a liver and without; c and d the reverse; e and f with masks that overlap little.
    private func data(_ bench: Workbench) throws -> TinySet {
        let set = try TinySet("dup", ["liver"], in: bench)
        try set.add("a", scan: 1, [(1, TinySet.liver)])
        try set.add("b", scan: 1, [])
        try set.add("c", scan: 2, [])
        try set.add("d", scan: 2, [(1, TinySet.liver)])
        try set.add("e", scan: 3, [(1, TinySet.liver)])
        try set.add("f", scan: 3, [(1, Self.elsewhere)])
        return set
    }

    private func problems(_ ending: Ending) throws -> [String: [String]] {
        let cases = try #require(try ending.object()["cases"] as? [[String: Any]])
        return cases.reduce(into: [:]) { found, row in
            guard let name = row["case"] as? String, let problem = row["problem"] as? String,
                row["kind"] as? String == "conflict"
            else { return }
            found[name, default: []].append(problem)
        }
    }

    private func statuses(_ bench: Workbench) async throws -> [String?] {
        var found: [String?] = []
        for name in ["a", "c"] {
            let rows = try await bench.lacuna("mask", "list", "--volume", "dup/\(name)", "--json").rows()
            found.append(rows.first?["status"] as? String)
        }
        return found
    }

    @Test func theLaterCaseIsHeldReportedAndListed() async throws {
        try await Workbench.with { bench in
            let set = try data(bench)
            for options in [["--dry-run"], ["--strict"]] {
                let ending = try await bench.start(["dataset", "import", set.path, "--json"] + options).end()
                #expect(ending.status == 0, "\(ending.errors)")
                let found = try problems(ending)
                #expect(Set(found.keys) == ["b", "d", "f"], "\(found)")
                #expect(found["b"]?.count == 1 && found["b"]?[0].contains("annotated by dup/a") == true, "\(found)")
                #expect(found["d"]?[0].contains("the new label is held") == true, "\(found)")
                #expect(found["f"]?[0].contains("Dice 0.4") == true, "\(found)")
            }
            #expect(try await statuses(bench) == ["annotated", "absent"], "the first case's label stays current")
            let rows = try await bench.lacuna("label", "conflicts", "--json").rows()
            #expect(rows.map { $0["kind"] as? String } == ["status", "status", "overlap"], "\(rows)")
            #expect(rows.allSatisfy { $0["state"] as? String == "held" })
            #expect(rows[0]["current"] as? String == "dup/a" && rows[0]["other"] as? String == "dup/b", "\(rows[0])")
        }
    }

    @Test func oneByOneImportsHoldTheLaterCaseTooAndOnlyANameDecides() async throws {
        try await Workbench.with { bench in
            let set = try data(bench)
            let first = try await bench.lacuna("dataset", "import", set.path, "--json")
            #expect(try Set(problems(first).keys) == ["b", "d", "f"], "\(first.output)")
            #expect(try await statuses(bench) == ["annotated", "absent"])

            func imported(_ options: String...) async throws -> (unchanged: Int?, revision: Int) {
                let ending = try await bench.start(["dataset", "import", set.path, "--json"] + options).end()
                #expect(ending.status == 0, "\(ending.errors)")
                let log = try await bench.lacuna("log", "--json").rows()
                return (try ending.object()["unchanged"] as? Int, log.count)
            }
            let before = try await imported()
            let all = try await imported("--accept", "conflict")
            #expect(
                all.unchanged == 6 && all.revision == before.revision, "no acceptance of all cases decides between two")

            let named = try await imported("--accept", "conflict:b")
            #expect(named.unchanged == 5)
            #expect(try await statuses(bench) == ["absent", "absent"])
            let again = try await imported("--accept", "conflict:b")
            #expect(again.unchanged == 6 && again.revision == named.revision, "nothing is written to and fro")
            let rows = try await bench.lacuna("label", "conflicts", "--kind", "status", "--json").rows()
            #expect(rows.map { $0["current"] as? String } == ["dup/b", "dup/c"], "\(rows)")
            #expect(rows.map { $0["state"] as? String } == ["person", "held"])

            try set.add("d", scan: 2, [])
            let corrected = try await imported()
            #expect(corrected.unchanged == 5)
            let left = try await bench.lacuna("label", "conflicts", "--kind", "status", "--json").rows()
            #expect(left.count == 1, "a case corrects itself")
        }
    }

    @Test func aPolicyDoesNotDecideBetweenTwoCases() async throws {
        try await Workbench.with { bench in
            let set = try data(bench)
            #expect(try await bench.lacuna("dataset", "import", set.path).status == 0)
            let policy = ["mask", "policy", "set", "datasets", "--dataset", "dup", "--reason", "x"]
            #expect(try await bench.start(policy).end().status == 0)
            #expect(try await statuses(bench) == ["annotated", "absent"])
            let held = try await bench.lacuna("label", "conflicts", "--held", "--json").rows()
            #expect(held.count == 2, "\(held)")
        }
    }
}
