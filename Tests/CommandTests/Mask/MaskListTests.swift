import Domain
import Foundation
import Phantoms
import TestSupport
import Testing

/// A volume of two datasets has the name that the command uses, and every label its author.
@Suite struct MaskListTests {
    @Test func volumesHaveTheNameOfTheDatasetAskedForAndLabelsTheirAuthor() async throws {
        try await Workbench.with { bench in
            let first = try TinySet("first", ["liver"], in: bench)
            let second = try TinySet("second", ["spleen"], in: bench)
            try first.add("c1", scan: 1, [(1, TinySet.liver)])
            try second.add("k1", scan: 1, [(1, TinySet.spleen)])
            for set in [first, second] { #expect(try await bench.lacuna("dataset", "import", set.path).status == 0) }
            let set = try await bench.lacuna(
                "label", "set", "second/k1", "pancreas", "absent", "--reason", "removed by surgery")
            #expect(set.status == 0, "\(set.errors)")

            for (name, expected) in [("second/k1", "second/k1"), ("first/c1", "first/c1"), ("1", "first/c1")] {
                let rows = try await bench.lacuna("mask", "list", "--volume", name, "--json").rows()
                #expect(rows.map { $0["case"] as? String } == [expected, expected, expected], "\(name)")
                let sources = Dictionary(
                    uniqueKeysWithValues: rows.compactMap { row in
                        (row["organ"] as? String).map { ($0, row["source"] as? String) }
                    })
                #expect(
                    sources["liver"]??.hasPrefix("first ") == true && sources["spleen"]??.hasPrefix("second ") == true)
                #expect(sources["pancreas"] == "a person")
            }
            let table = try await bench.lacuna("mask", "list", "--volume", "second/k1").output
            #expect(table.contains("second/k1") && !table.contains("first/c1"))

            let listed = try await bench.lacuna("volume", "list", "--dataset", "second", "--json").rows()
            #expect(listed[0]["cases"] as? [String] == ["second/k1", "first/c1"])
            let all = try await bench.lacuna("volume", "list", "--json").rows()
            #expect(all[0]["cases"] as? [String] == ["first/c1", "second/k1"])
        }
    }

    @Test(arguments: [40, 80, 200])
    func tablesFitTheTerminal(columns: Int) async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "a_dataset_with_quite_a_long_name", scans: 1...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            for command in [
                ["coverage"], ["coverage", "--by", "dataset"], ["dataset", "list"], ["volume", "list"],
                ["mask", "list"],
                ["log"], ["subject", "list"], ["organ", "list"],
                ["dataset", "show", "a_dataset_with_quite_a_long_name"],
                ["mask", "history", "1", "liver"], ["lineage", "1"],
                ["dataset", "remove", "a_dataset_with_quite_a_long_name"],
            ] {
                let ending = try await bench.start(command + ["--quiet"], columns: columns).end()
                #expect(ending.status == 0, "\(ending.errors)")
                let longest = ending.output.split(separator: "\n").max { $0.count < $1.count } ?? ""
                #expect(longest.count <= columns, "\(command): \(longest)")
                let wide = try await bench.start(command + ["--wide"]).end().output
                #expect(wide.split(separator: "\n").count == ending.output.split(separator: "\n").count, "\(command)")
            }
        }
    }
}
