import Foundation
import Glibc
import System
import TestSupport
import Testing

extension DaemonTests {
    @Suite struct KillTests {
        /// `LACUNA_KILLS` sets another number of kills; 200 take some minutes.
        private static let kills = ProcessInfo.processInfo.environment["LACUNA_KILLS"].flatMap(Int.init) ?? 20

        /// The moments are drawn within the duration of a whole run; most are after the claim, some before.
        @Test(arguments: [(SIGKILL, kills), (SIGTERM, 6)])
        func aRunEndedAtAnyMomentContinuesAndEndsTheSame(signal: Int32, times: Int) async throws {
            var whole = try await WholeRun.shared.value.duration
            var random = SplitMix64(seed: 2021)
            var ended = 0
            while ended < times {
                let place = try await World.current.makePlace()
                let before = try await place.annotations()
                let endedBefore = ended
                while true {
                    let daemon = try place.startDaemon()
                    if ended < times { try await strike(daemon, signal, within: whole, &random) }
                    let ending = await daemon.end()
                    if ending.status == 0 {
                        // The first measurement may be from a busier time; moments after the end would hit no process.
                        if ended == endedBefore { whole = min(whole, ending.duration) }
                        break
                    }
                    // A daemon that has not claimed a run yet does not handle signals.
                    let expected = signal == SIGKILL ? [128 + signal] : [130, 128 + signal]
                    try #require(expected.contains(ending.status), "\(ending.errors)")
                    ended += 1
                    try await place.expectInvariants(annotations: before, "after end \(ended)")
                }
                try await WholeRun.expect(sameAs: place, "after \(ended) ends")
            }
        }

        /// The moment between a checkpoint and the next state, which a random kill may miss.
        @Test func checkpointsStoredJustBeforeAKillAreUsed() async throws {
            try await World.with { place in
                try await place.finishRunAndReopenLastRound()
                let again = try await place.daemon()
                #expect(again.status == 0, "\(again.errors)")
                try await WholeRun.expect(sameAs: place, "after a kill between checkpoint and state")
            }
        }

        private func strike(
            _ daemon: RunningProgram, _ signal: Int32, within duration: Duration, _ random: inout SplitMix64
        ) async throws {
            let isEarly = Int.random(in: 0..<5, using: &random) == 0
            let moment = Double.random(in: 0..<(isEarly ? 0.15 : 0.3), using: &random)
            if !isEarly { await daemon.reports(" round ") }
            try await Task.sleep(for: duration * moment)
            daemon.signal(signal)
        }
    }
}
