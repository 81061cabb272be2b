import Catalog
import Domain
import Foundation
import Postgres
import TestSupport
import Testing

/// Withheld masks, qualities and guards in `mask list`, `mask show` and `round show`, and their release.
@Suite struct WithheldRoundTests {
    @Test func labelsAreListedByQuality() async throws {
        try await withRound { bench async throws in
            let pseudo = try await bench.rows("mask", "list", "--status", "pseudo", "--order", "quality")
            #expect(pseudo.map { $0["predictedDice"] as? Double } == [0.5, 0.75, nil])
            #expect(pseudo.map { $0["softDice"] as? Double } == [0.625, 0.875, nil])
            #expect(pseudo.map { $0["diceLower"] as? Double } == [0.25, 0.5, nil])
            #expect(pseudo.map { $0["diceUpper"] as? Double } == [0.75, 1, nil])
            for (arguments, count) in [
                (["--max-quality", "0.6"], 1), (["--min-quality", "0.6"], 1), (["--min-quality", "0"], 2),
                (["--min-quality", "0.5", "--max-quality", "0.75"], 2), (["--status", "annotated"], 2),
                (["--status", "absent"], 3), ([], 8),
            ] {
                let rows = try await bench.rows(["mask", "list"] + arguments)
                #expect(rows.count == count, "\(arguments)")
            }
            let coverage = try await bench.rows("coverage", "--organ", "liver")
            #expect(coverage.map { $0["predictedDice"] as? Double } == [0.625])
        }
    }

    @Test func withheldMasksAreListedAndShown() async throws {
        try await withRound { bench async throws in
            let withheld = try await bench.rows("mask", "list", "--withheld")
            #expect(withheld.map { $0["status"] as? String } == ["withheld", "withheld"])
            #expect(withheld.map { $0["reason"] as? String } == ["lowDice", "lowDice"])
            #expect(withheld.map { $0["organ"] as? String } == ["spleen", "spleen"])
            let mask = try #require(withheld[0]["id"] as? Int)
            let shown = try await bench.lacuna("mask", "show", "\(mask)")
            #expect(shown.status == 0 && shown.output.contains("lowDice"), "\(shown.errors)")
            #expect(shown.output.contains(/current +no/))
            let table = try await bench.lacuna("mask", "list", "--withheld", "--organ", "liver")
            #expect(table.errors.contains("The newest round withheld no such mask."))
        }
    }

    @Test(arguments: [
        ["--withheld", "--as-of", "1"], ["--withheld", "--proposed"], ["--withheld", "--status", "pseudo"],
        ["--min-quality", "1.5"], ["--max-quality=-0.1"], ["--min-quality", "0.5", "--max-quality", "0.4"],
        ["--status", "withheld"], ["--order", "size"],
    ])
    func contradictionsAreRefused(_ arguments: [String]) async throws {
        let ending = try await RunningProgram("lacuna", ["mask", "list"] + arguments, environment: [:]).end()
        #expect(ending.status == 2, "\(ending.output)")
    }

    @Test func aRoundShowsItsGuardsAndAReleaseIsRecorded() async throws {
        try await withRound { bench async throws in
            let before = try await bench.object("round", "show", "r", "0")
            let guards = try #require(before["guards"] as? [[String: Any]])
            #expect(guards.map { $0["outcome"] as? String } == ["passed", "failed"])
            #expect(guards.map { $0["decision"] as? String } == ["published", "withheld"])
            #expect(guards.map { $0["value"] as? Double } == [0.75, 0.25])
            #expect(before["correlation"] as? Double == 0.875 && before["intervalRate"] as? Double == 0.5)
            let released = try await bench.lacuna(
                "round", "override", "r/0", "Spleen", "--reason", "every mask was looked at", "--json")
            #expect(released.status == 0, "\(released.errors)")
            #expect(try released.object()["labels"] as? Int == 2)

            let after = try await bench.object("round", "show", "r", "0")
            let organs = try #require(after["organs"] as? [[String: Any]])
            let spleen = try #require(organs.first { $0["organ"] as? String == "spleen" })
            #expect(spleen["releaseReason"] as? String == "every mask was looked at")
            #expect(spleen["labels"] as? Int == 2 && spleen["predictedDice"] as? Double == 0.5)
            let log = try await bench.rows("log", "--kind", "override")
            #expect(log.map { $0["reason"] as? String } == ["every mask was looked at"])
            #expect(log.map { $0["round"] as? String } == ["r/0"])
            let labels = try await bench.rows("mask", "list", "--status", "pseudo")
            #expect(labels.count == 5)

            for (arguments, status, text) in [
                (["r/0", "spleen"], 5, "spleen is released already"), (["r/0", "liver"], 5, "liver was not withheld"),
                (["r/1", "liver"], 3, "published"), (["x/0", "liver"], 3, "no run is named x"),
                (["r", "liver"], 2, "RUN/ROUND"), (["r/0", "hart"], 3, "hart"),
            ] as [([String], Int32, String)] {
                let ending = try await bench.start(["round", "override"] + arguments + ["--reason", "x"]).end()
                #expect(ending.status == status && ending.errors.contains(text), "\(arguments): \(ending.errors)")
            }
        }
    }

    /// Empty masks stay withheld, and voxels that an exclusive organ holds are named.
    @Test func aReleaseNamesEmptyMasksAndOverlaps() async throws {
        try await PredictedSet.with { bench, set in
            let nothing = VoxelBox(lower: .zero, upper: .zero)
            try await set.predict(
                1, [(0, "liver", TinySet.liver, nil), (0, "spleen", TinySet.liver, "lowDice")],
                [(1, "liver", TinySet.liver, nil), (1, "spleen", nothing, "lowDice")],
                withholding: ["spleen": "lowDice"])
            let released = try await bench.lacuna(
                "round", "override", "r/1", "spleen", "--reason", "looked at", "--json")
            #expect(released.status == 0, "\(released.errors)")
            let object = try released.object()
            #expect(object["labels"] as? Int == 1 && object["emptyMasks"] as? Int == 1)
            let overlaps = try #require(object["overlaps"] as? [[String: Any]])
            #expect(overlaps.map { $0["other"] as? String } == ["liver"] && overlaps[0]["volumes"] as? Int == 1)
            let voxels = TinySet.liver.shape.count
            #expect(overlaps[0]["voxels"] as? Int == voxels)
            #expect(
                released.errors.contains(
                    "spleen shares voxels with visible pseudo labels of liver, \(voxels) in volumes: 1"))
            #expect(released.errors.contains("masks without voxels, which stay withheld: 1"), "\(released.errors)")
            let labels = try await bench.rows("mask", "list", "--status", "pseudo", "--organ", "spleen")
            #expect(labels.map { $0["volume"] as? Int } == [Int(set.volumes[0].rawValue)])
        }
    }

    /// Round 0 of run r has published three livers, and withheld the spleen with two masks.
    private func withRound(_ body: (Workbench) async throws -> Void) async throws {
        try await Workbench.with { bench in
            let set = try TinySet("set", ["liver", "spleen"], in: bench)
            try set.add("c1", scan: 1, [(1, TinySet.liver), (2, TinySet.spleen)])
            let empty = try TinySet("blank", ["stomach"], in: bench)
            for scan in 2...4 {
                try empty.add("c\(scan)", scan: scan, [])
            }
            for folder in [set.path, empty.path] {
                let imported = try await bench.lacuna("dataset", "import", folder)
                #expect(imported.status == 0, "\(imported.errors)")
            }
            try await PublishedRound(bench).make()
            try await body(bench)
        }
    }
}

extension Workbench {
    fileprivate func rows(_ arguments: String...) async throws -> [[String: Any]] { try await rows(arguments) }

    fileprivate func rows(_ arguments: [String]) async throws -> [[String: Any]] {
        let ending = try await start(arguments + ["--json"]).end()
        #expect(ending.status == 0, "\(arguments): \(ending.errors)")
        return try ending.rows()
    }

    fileprivate func object(_ arguments: String...) async throws -> [String: Any] {
        let ending = try await start(arguments + ["--json"]).end()
        #expect(ending.status == 0, "\(arguments): \(ending.errors)")
        return try ending.object()
    }
}
