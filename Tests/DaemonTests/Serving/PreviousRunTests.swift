import Foundation
import TestSupport
import Testing

extension ServiceTests {
    /// Runs of a schedule that start from the run before and are compared with the current one.
    @Suite struct PreviousRunTests {
        @Test func aProposalIsShownWithItsComparison() async throws {
            try await World.with { place in
                try await place.createSchedule(
                    "night", RunFile(), "--cron", "0 0 1 1 *", "--adopt", "if-better", "--adopt-volumes", "5")
                let daemon = try place.serve()
                try await place.run("night", 2)
                await daemon.stops()
                let shown = try await place.lacuna("schedule", "show", "night", "--json").object()
                let proposal = try #require((shown["proposals"] as? [[String: Any]])?.first)
                try expectComparison(proposal)
                let last = try await place.lacuna("round", "show", "night-2", "2", "--json").object()
                try expectComparison(try #require(last["adoption"] as? [String: Any]))
                let earlier = try await place.lacuna("round", "show", "night-2", "1", "--json").object()
                #expect(earlier["adoption"] is NSNull)
                let page = try await place.lacuna("schedule", "show", "night")
                #expect(page.output.contains("too few volumes"), "\(page.output)")
                #expect(page.errors.contains("Run night-2 was compared with night-1 and proposed: "), "\(page.errors)")
            }
        }

        private func expectComparison(_ proposal: [String: Any]) throws {
            #expect(proposal["run"] as? String == "night-2" && proposal["currentRun"] as? String == "night-1")
            #expect(proposal["decision"] as? String == "proposed")
            let organs = try #require(proposal["organs"] as? [[String: Any]])
            #expect(organs.count == 3 && organs.allSatisfy { $0["verdict"] as? String == "too few volumes" })
            for organ in organs {
                let dice = try #require(organ["dice"] as? Double)
                let current = try #require(organ["currentDice"] as? Double)
                let difference = try #require(organ["difference"] as? Double)
                let margin = try #require(organ["margin"] as? Double)
                #expect(organ["pairs"] as? Int == 2)
                #expect(abs(dice - current - difference) < 0.002 && abs(margin - 0.02) < 1e-6)
            }
        }

        /// Neither without rows of checkpoints nor without their bytes does a run begin with new weights instead.
        @Test func lostWeightsOfThePreviousRunAreAnError() async throws {
            try await World.with { place in
                try await place.createSchedule("night", RunFile(), "--cron", "0 0 1 1 *", "--start-from", "previous")
                let daemon = try place.serve()
                try await place.run("night", 1)
                let objects = try await place.networks()
                for path in objects { try FileManager.default.moveItem(atPath: path, toPath: path + ".away") }
                try await place.fails("night", 2)
                for path in objects { try FileManager.default.moveItem(atPath: path + ".away", toPath: path) }
                try await place.succeeds("schedule", "retry", "night")
                try await place.awaitsRun("night-2", "done")
                #expect(
                    try await place.ask(
                        """
                        update lacuna.checkpoint c set removal = 'pruned', removed_by = (select max(id) from lacuna.activity)
                        from lacuna.round r join lacuna.run on run.id = r.run_id
                        where r.id = c.round_id and run.name = 'night-2' and c.kind = 'network' returning 1
                        """
                    ).isEmpty == false)
                try await place.fails("night", 3)
                await daemon.stops()
            }
        }
    }
}

extension Place {
    /// Runs a schedule as often.
    fileprivate func run(_ schedule: String, _ times: Int) async throws {
        for number in 1...times {
            try await succeeds("schedule", "run-now", schedule)
            try await awaitsRun("\(schedule)-\(number)", "done")
        }
    }

    fileprivate func fails(_ schedule: String, _ number: Int) async throws {
        try await succeeds("schedule", "run-now", schedule)
        try await awaitsRun("\(schedule)-\(number)", "failed")
        let reason = try await ask("select reason from lacuna.schedule_history where run = '\(schedule)-\(number)'")[0]
        #expect(reason.contains("starts from the weights of run \(schedule)-\(number - 1)"), "\(reason)")
        #expect(reason.contains("--start-from scratch"), "\(reason)")
    }

    fileprivate func awaitsRun(_ run: String, _ outcome: String) async throws {
        try await awaits("\(run) that is \(outcome)") {
            try await Task.sleep(for: .milliseconds(200))
            return try await ask("select outcome from lacuna.schedule_history where run = '\(run)'") == [outcome]
        }
    }

    /// The files of all networks.
    fileprivate func networks() async throws -> [String] {
        try await ask("select distinct encode(object_digest, 'hex') from lacuna.checkpoint where kind = 'network'").map
        {
            "\(objects)/\($0.prefix(2))/\($0.dropFirst(2))"
        }
    }
}
