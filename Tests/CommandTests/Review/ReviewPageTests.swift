import Foundation
import TestSupport
import Testing

/// Runs the session of `docs/review.md` as it is printed there.
@Suite struct ReviewPageTests {
    /// The indented lines of a section, without the indentation.
    private func commands(of title: String) throws -> [String] {
        var root = URL(filePath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let page = try String(contentsOf: root.appending(path: "docs/review.md"), encoding: .utf8)
        let section = page.components(separatedBy: "\n## ").first { $0.hasPrefix(title + "\n") } ?? ""
        return section.components(separatedBy: "\n").filter { $0.hasPrefix("    ") }.map { String($0.dropFirst(4)) }
    }

    @Test func theSessionRuns() async throws {
        let commands = try commands(of: "A session")
        #expect(commands.count > 10)
        try await PredictedSet.with { bench, _ in
            let ending = try await bench.shell("set -ex\n" + commands.joined(separator: "\n"))
            #expect(ending.status == 0, "\(ending.errors)")
            let states = try await bench.lacuna("review", "list", "--json").rows().map { row in
                "\(row["case"] ?? "") \(row["organ"] ?? "") \(row["state"] ?? "")"
            }
            #expect(
                states == [
                    "public/k1 liver absent", "public/k1 spleen rejected", "public/k2 liver accepted",
                    "public/k2 spleen edited",
                ])
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
        }
    }

    /// The keys that the page lists are those of the output.
    @Test func theKeysAreThoseOfTheOutput() async throws {
        try await PredictedSet.with { bench, _ in
            let decision = try await bench.lacuna("review", "reject", "public/k2", "spleen", "--json")
            let keys = Set(try decision.object().keys)
            #expect(
                keys == [
                    "volume", "organ", "action", "state", "person", "mask", "annotation", "dice", "waits", "agrees",
                    "agreementDice", "agreementNSD", "revision",
                ])
            for (command, expected) in [
                (
                    ["next"],
                    [
                        "volume", "case", "organ", "mask", "minutes", "benefit", "predictedDice", "diceLower",
                        "diceUpper", "softDice", "withheld", "annotations", "assigned", "why",
                    ]
                ), (["list"], ["volume", "case", "organ", "state", "person", "mask", "annotation", "time"]),
                (
                    ["history", "public/k2", "spleen"],
                    [
                        "id", "action", "state", "person", "mask", "annotation", "dice", "minutes", "revision", "time",
                        "login", "reason", "waits", "agrees", "agreementDice", "agreementNSD",
                    ]
                ),
                (
                    ["report"],
                    [
                        "organ", "person", "accepted", "rejected", "edited", "absent", "skipped", "dice", "minutes",
                        "medianMinutes", "compared", "agreeing", "agreementDice", "agreementNSD",
                    ]
                ),
            ] {
                let rows = try await bench.start(["review"] + command + ["--json"]).end().rows()
                #expect(Set(rows[0].keys) == Set(expected), "\(command)")
            }
        }
    }
}
