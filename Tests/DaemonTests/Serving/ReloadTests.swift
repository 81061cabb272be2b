import Foundation
import Glibc
import TestSupport
import Testing

extension ServiceTests {
    /// SIGHUP changes a daemon that serves without a restart.
    @Suite struct ReloadTests {
        @Test func leasesAndNotificationsAreThoseOfTheFile() async throws {
            try await World.with { place in
                var file = RunFile()
                file.stepsPerRound = 100_000
                try await place.createSchedule("night", file)
                let (daemon, config) = try start(place)
                #expect(await daemon.reports("daemon serves"))
                let events = "\(place.folder)/events"
                try reload(
                    daemon, config,
                    """
                    daemon: {leaseSeconds: 600, stallMinutes: 29}
                    notify: {command: [/bin/sh, -c, 'cat >>"$1"', hook, \(events)]}
                    """)
                #expect(
                    await daemon.reports(
                        "changed=\"daemon.leaseSeconds, notify.command\" later=daemon.stallMinutes "
                            + "restart=\"options and environment\""))
                try await place.succeeds("schedule", "run-now", "night")
                try await awaits("an event") {
                    let text = (try? String(contentsOfFile: events, encoding: .utf8)) ?? ""
                    return text.contains("\"event\":\"round-published\"")
                }
                try await place.awaitsLease("> clock_timestamp() + interval '5 minutes'")
                try reload(daemon, config, "daemon: {leaseSeconds: 2}")
                #expect(await daemon.reports("changed=\"daemon.leaseSeconds, notify.command\""))
                daemon.signal(SIGTERM)
                #expect(await daemon.end().status == 0)
            }
        }

        /// A shorter lease is in force from the next heartbeat on, while the run goes on.
        @Test func aRunKeepsItsClaimThroughChangesOfTheLease() async throws {
            try await World.with { place in
                try await place.createSchedule("night", .long)
                let (daemon, config) = try start(place)
                try await place.succeeds("schedule", "run-now", "night")
                try await place.awaitsLease("is not null")
                try reload(daemon, config, "daemon: {leaseSeconds: 20}")
                try await place.awaitsLease("> clock_timestamp() + interval '10 seconds'")
                try reload(daemon, config, "daemon: {leaseSeconds: 1}")
                try await place.awaitsLease("< clock_timestamp() + interval '1 second'")
                try await place.awaitsLease("> clock_timestamp()")
                #expect(try await place.ask("select attempts from lacuna.job where kind = 'run'") == ["1"])
                #expect(!daemon.text.contains("lease lost"), "\(daemon.text)")
                await daemon.stops()
            }
        }

        private func start(_ place: Place) throws -> (daemon: RunningProgram, config: String) {
            let path = "\(place.folder)/serve.yaml"
            try "daemon: {leaseSeconds: 1}".write(toFile: path, atomically: true, encoding: .utf8)
            let daemon = try RunningProgram(
                "lacunad",
                ["serve", "--config", path, "--database", place.target("lacunad"), "--home", place.home])
            return (daemon, path)
        }

        private func reload(_ daemon: RunningProgram, _ config: String, _ text: String) throws {
            try text.write(toFile: config, atomically: true, encoding: .utf8)
            daemon.signal(SIGHUP)
        }
    }
}

extension Place {
    /// Waits until the lease on the job of a run satisfies a condition.
    fileprivate func awaitsLease(_ condition: String) async throws {
        try await awaits("a lease \(condition)") {
            try await Task.sleep(for: .milliseconds(50))
            return try await ask("select 1 from lacuna.job where kind = 'run' and lease_until \(condition)") == ["1"]
        }
    }
}
