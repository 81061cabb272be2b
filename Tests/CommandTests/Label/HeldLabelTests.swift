import Domain
import Foundation
import TestSupport
import Testing

/// What is done with labels that are held, and what they are for their own dataset.
@Suite struct HeldLabelTests {
    /// Datasets v with a liver, w without one, and, if wanted, x that agrees with v. The label of w is held.
    private func contradicting(_ bench: Workbench, withThird: Bool = true) async throws -> [String] {
        let sets = try (withThird ? ["v", "w", "x"] : ["v", "w"]).map { try TinySet($0, ["liver"], in: bench) }
        for set in sets {
            try set.add("k", scan: 1, set.path.hasSuffix("w") ? [] : [(1, TinySet.liver)])
            #expect(try await bench.lacuna("dataset", "import", set.path).status == 0)
        }
        return sets.map(\.path)
    }

    private func current(_ bench: Workbench) async throws -> String? {
        let rows = try await bench.lacuna("mask", "list", "--volume", "v/k", "--organ", "liver", "--json").rows()
        return rows.first?["status"] as? String
    }

    private func states(_ bench: Workbench, _ options: String...) async throws -> [String?] {
        let ending = try await bench.start(["label", "conflicts", "--kind", "status", "--json"] + options).end()
        return try ending.rows().map { $0["state"] as? String }
    }

    @Test func anAcceptedLabelIsUsedAlsoBesideAThirdDataset() async throws {
        try await Workbench.with { bench in
            let paths = try await contradicting(bench)
            #expect(try await states(bench) == ["held"])
            #expect(try await states(bench, "--dataset", "v") == ["held"], "v contradicts w although x is current")
            let accepted = try await bench.lacuna("dataset", "import", paths[1], "--accept", "conflict:k", "--json")
            #expect(accepted.output.contains("the new label is current, as accepted"), "\(accepted.output)")
            #expect(try await current(bench) == "absent")
            #expect(Set(try await states(bench)) == ["person"], "the two others contradict a person's decision")
            let again = try await bench.lacuna("dataset", "import", paths[1], "--accept", "conflict:k")
            #expect(again.errors.contains("every case is recorded already"), "\(again.errors)")
        }
    }

    @Test func aPolicyChangeKeepsAHoldThatItDoesNotDecide() async throws {
        try await Workbench.with { bench in
            _ = try await contradicting(bench)
            let policy = ["mask", "policy", "set", "datasets", "--dataset", "nothing", "--reason", "x"]
            let other = try TinySet("nothing", ["spleen"], in: bench)
            try other.add("z", scan: 9, [(1, TinySet.spleen)])
            #expect(try await bench.lacuna("dataset", "import", other.path).status == 0)
            #expect(try await bench.start(policy).end().status == 0)
            #expect(try await states(bench) == ["held"])
            #expect(try await current(bench) == "annotated")
        }
    }

    @Test func anUnlabelledOrganHasNoHeldLabelAndRestoreHoldsItAgain() async throws {
        try await Workbench.with { bench in
            _ = try await contradicting(bench, withThird: false)
            let set = ["label", "set", "w/k", "liver", "unlabelled", "--override", "--reason", "x"]
            #expect(try await bench.start(set).end().status == 0)
            #expect(try await states(bench).isEmpty)
            #expect(try await bench.lacuna("label", "restore", "w/k", "liver", "--reason", "y").status == 0)
            #expect(try await states(bench) == ["held"])
            #expect(try await current(bench) == "annotated")
        }
    }

    @Test func aHeldLabelIsALabelOfItsOwnDataset() async throws {
        try await Workbench.with { bench in
            _ = try await contradicting(bench, withThird: false)
            let shown = try await bench.lacuna("dataset", "show", "w")
            #expect(!shown.output.contains("The dataset has no label"), "\(shown.output)")
            func exported(_ id: String, _ datasets: String...) async throws -> Ending {
                let named = datasets.flatMap { ["--dataset", $0] }
                return try await bench.start(
                    [
                        "export", "nnunet", "--output", bench.folder, "--dataset-id", id, "--name", "E\(id)",
                        "--organs", "liver",
                    ]
                        + named
                ).end()
            }
            let own = try await exported("101", "w")
            #expect(own.status == 0, "\(own.errors)")
            let label = try FileManager.default.contentsOfDirectory(atPath: "\(bench.folder)/Dataset101_E101/labelsTr")
            #expect(label.count == 1)
        }
    }
}
