import Foundation
import TestSupport
import Testing

extension ServiceTests {
    /// A daemon whose address space is limited by the system.
    @Suite struct MemoryTests {
        /// Kilobytes beside what a small run needs: more than single windows take, and less than a batch or a large window.
        private static let room = 300_000

        /// A batch of windows of 512 × 512 voxels, each of whose tensors has 268 MB; alone, a window's tensors have 17 MB.
        private static var largeBatch: RunFile {
            var file = RunFile()
            (file.rounds, file.stepsInRoundZero, file.confidence) = (0, 2, "probability")
            (file.widths, file.batch, file.predictionPatch) = ("[16, 32]", 16, "[512, 512]")
            return file
        }

        /// Windows of 1536 × 1536 voxels, whose tensors have 151 MB even one by one.
        private static var largeWindow: RunFile {
            var file = largeBatch
            (file.batch, file.predictionPatch) = (1, "[1536, 1536]")
            return file
        }

        @Test func aPredictionTakesOneWindowAtATimeAndIsDeadWithoutMemoryForOne() async throws {
            try await World.with { place in
                try await place.createSchedule("small")
                try await place.createSchedule("batch", Self.largeBatch)
                try await place.createSchedule("window", Self.largeWindow)
                let daemon = try place.serve(addressSpace: try await needed(place) + Self.room)

                try await place.succeeds("schedule", "run-now", "batch")
                try await place.awaitsTick("done", of: "batch")
                #expect(try await predictions("batch-1", place) == ["done|1"], "windows are not predicted in batches")

                try await place.succeeds("schedule", "run-now", "window")
                try await awaits("the end of the run without memory") {
                    try await place.change("update lacuna.job set due = clock_timestamp() where state = 'waiting'")
                    try await Task.sleep(for: .milliseconds(200))
                    return try await place.ticks("window").last?.hasPrefix("failed") ?? false
                }
                #expect(try await predictions("window-1", place).contains("dead|3"))
                let reason = try await place.ask(
                    "select reason from lacuna.job where kind = 'predict' and state = 'dead'")[0]
                #expect(reason.hasPrefix("out of memory for "), "\(reason)")

                try await place.succeeds("schedule", "run-now", "small")
                try await awaits("the second run of the schedule small") {
                    try await Task.sleep(for: .milliseconds(200))
                    return try await place.ticks("small") == ["done small-1", "done small-2"]
                }
                await daemon.stops()
            }
        }

        /// The most address space that a daemon had while it did a small run, in kilobytes.
        private func needed(_ place: Place) async throws -> Int {
            let daemon = try place.serve()
            try await place.succeeds("schedule", "run-now", "small")
            try await place.awaitsTick("done", of: "small")
            let status = try String(contentsOfFile: "/proc/\(daemon.process)/status", encoding: .utf8)
            await daemon.stops()
            return try #require(status.firstMatch(of: #/VmPeak:\s+([0-9]+) kB/#).flatMap { Int($0.output.1) })
        }

        /// States and attempts of the predictions of a run.
        private func predictions(_ run: String, _ place: Place) async throws -> [String] {
            try await place.ask(
                """
                select distinct j.state, j.attempts from lacuna.job j join lacuna.round r on r.id = j.round_id
                join lacuna.run on run.id = r.run_id where j.kind = 'predict' and run.name = '\(run)' order by 1, 2
                """)
        }
    }
}
