import Glibc
import TestSupport
import Testing

extension DaemonTests {
    @Suite struct SignalTests {
        @Test(arguments: [SIGTERM, SIGINT])
        func aSignalEndsItAfterTheStepAndFreesTheRun(signal: Int32) async throws {
            try await World.with { place in
                var file = RunFile.long
                file.checkpointSteps = 1  // the checkpoint of the last step is stored before the signal
                var steps: [Int] = []
                for _ in 0..<2 {
                    let daemon = try place.startDaemon(file)
                    #expect(await daemon.reports("round 0: training"))
                    try await newCheckpoint(after: steps.last ?? 0, place)
                    daemon.signal(signal)
                    let ending = await daemon.end()
                    #expect(ending.status == 130, "\(ending.errors)")
                    #expect(ending.errors.contains("start it again to continue"))
                    #expect(!ending.errors.contains("waiting"), "the first daemon released its claim")
                    #expect(try await place.ask("select lease_until from lacuna.job") == ["-"])
                    steps.append(try await place.number("select coalesce(max(step), 0) from lacuna.checkpoint"))
                }
                #expect(0 < steps[0] && steps[0] < steps[1])
                #expect(try await place.ask("select state from lacuna.round where number = 0") == ["training"])
            }
        }

        private func newCheckpoint(after step: Int, _ place: Place) async throws {
            try await awaits("a checkpoint after step \(step)") {
                try await place.number("select coalesce(max(step), 0) from lacuna.checkpoint") > step
            }
        }
    }

    @Suite struct TwoDaemonTests {
        @Test func theSecondDaemonNamesTheHolderAndEnds() async throws {
            try await World.with { place in
                let first = try place.startDaemon(.long)
                #expect(await first.reports("round 0: training"))
                let second = try await place.daemon(.long)
                #expect(second.status == 5, "\(second.errors)")
                #expect(second.errors.contains("the run is held by"))
                #expect(second.errors.contains("run r is held by another daemon"))
                #expect(second.errors.contains(":\(first.process)"))
                #expect(second.errors.contains("\n  remedy: "))
                first.signal(SIGTERM)
                #expect(await first.end().status == 130)
            }
        }

        /// The first is stopped for longer than its lease, as on a machine that hangs; the second takes over.
        @Test(arguments: ["round 0: training", "round 0: held-out", "round 0: published"])
        func aStalledDaemonIsFencedOff(after line: String) async throws {
            try await World.with { place in
                let before = try await place.annotations()
                let first = try place.startDaemon()
                #expect(await first.reports(line))
                try await stop(first, in: place)
                let second = try place.startDaemon()
                #expect(await second.reports("continuing in round"))
                first.signal(SIGCONT)
                let fenced = await first.end()
                #expect(fenced.status == 5, "\(fenced.errors)")
                #expect(fenced.errors.contains("run r is held by another daemon"))
                let ending = await second.end()
                #expect(ending.status == 0, "\(ending.errors)")
                try await place.expectInvariants(annotations: before, "after the takeover")
                try await WholeRun.expect(sameAs: place, "after the takeover")
            }
        }

        /// Stops a daemon outside of its transactions, whose locks the server would keep.
        private func stop(_ daemon: RunningProgram, in place: Place) async throws {
            daemon.signal(SIGSTOP)
            while true {
                try await Task.sleep(for: .milliseconds(200))  // for what the server still does
                let open = try await place.number(
                    """
                    select count(*) from pg_stat_activity
                    where datname = current_database() and usename = 'lacunad' and state = 'idle in transaction'
                    """)
                if open == 0 { return }
                daemon.signal(SIGCONT)
                try await Task.sleep(for: .milliseconds(10))
                daemon.signal(SIGSTOP)
            }
        }
    }
}
