import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// Runs of a schedule that start from the run before.
    @Suite struct PreviousRunTests {
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
