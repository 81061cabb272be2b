import TestSupport
import Testing

extension DaemonTests {
    /// A second run publishes beside the current one, and both programs report it.
    @Suite struct SecondRunTests {
        @Test func aSecondRunReportsThatItsLabelsAreNotShown() async throws {
            try await World.with { place in
                let first = try await place.daemon()
                try #require(first.status == 0, "\(first.errors)")
                #expect(first.errors.contains(": new, starting with round 0"), "\(first.errors)")
                #expect(!first.errors.contains("lacuna round adopt"))
                var file = RunFile()
                file.name = "second"
                let second = try await place.daemon(file)
                try #require(second.status == 0, "\(second.errors)")
                let note =
                    "run second is not the current one (that is r): to show its labels, run lacuna round adopt second"
                #expect(second.errors.contains(note), "\(second.errors)")
                #expect(try await current(place) == ["r", "r", "r"])

                let back = try await place.lacuna(
                    "mask", "rollback", "--run", "second", "--to", "0", "--reason", "a test")
                #expect(back.status == 0)
                #expect(back.errors.contains("Run second is not the current one (that is r)"), "\(back.errors)")
                try await place.succeeds("round", "adopt", "second", "--reason", "steadier Dice")
                #expect(try await current(place) == ["second", "second", "second"])
                #expect(
                    try await place.ask(
                        "select reason from lacuna.activity where kind = 'adoption'")
                        == ["steadier Dice"])
                let shown = try await place.lacuna(
                    "mask", "rollback", "--run", "second", "--to", "1", "--reason", "a test")
                #expect(!shown.errors.contains("not the current one"), "\(shown.errors)")

                // The run is an argument or an option.
                for rows in [
                    try await place.rows("round", "list", "r"), try await place.rows("round", "list", "--run", "r"),
                ] { #expect(rows.compactMap { $0["run"] as? String } == ["r", "r", "r"]) }
                #expect(
                    Set(try await place.rows("round", "confidence", "second").compactMap { $0["run"] as? String })
                        == ["second"])
                #expect(try await place.lacuna("round", "list", "r", "--run", "second").status == 2)
                // Two held-out volumes, and the Dice of an organ is over those that show it.
                let dice = try await place.rows("round", "dice", "r")
                let liver = try #require(dice.first { $0["organ"] as? String == "liver" })
                #expect(liver["volumes"] as? Int == 2)
                let organs = try await place.organs("r", "2")
                #expect(organs.first { $0["organ"] as? String == "liver" }?["diceVolumes"] as? Int == 2)
            }
        }

        private func current(_ place: Place) async throws -> [String] {
            try await place.rows("round", "list").filter { $0["current"] as? Bool == true }
                .compactMap { $0["run"] as? String }
        }
    }
}
