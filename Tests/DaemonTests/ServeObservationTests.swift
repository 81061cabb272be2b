import Catalog
import Cluster
import Domain
import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

extension ServiceTests {
    /// How `lacunad serve` is seen.
    @Suite struct ServeObservationTests {
        private func start(
            _ place: Place, _ sections: String = "", environment: [String: String] = [:]
        ) throws -> (daemon: RunningProgram, config: String) {
            let path = "\(place.folder)/serve.yaml"
            try "daemon:\n  leaseSeconds: 1\n\(sections)".write(toFile: path, atomically: true, encoding: .utf8)
            let daemon = try RunningProgram(
                "lacunad",
                [
                    "serve", "--config", path, "--metrics-port", "0", "--database", place.target("lacunad"), "--home",
                    place.home,
                ], environment: environment)
            return (daemon, path)
        }

        /// A lost server is waited for: `/healthz` fails, and the watchdog is fed.
        @Test func aLostServerIsSeenAndWaitedFor() async throws {
            try await World.with { place in
                let name = "\(place.folder)/notify"
                let socket = try NotifySocket(name)
                let (daemon, _) = try start(
                    place, environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "400000"])
                try await socket.waits(for: "READY=1")
                let address = try #require(await daemon.loggedMetricsAddress())
                #expect(await daemon.reports("message=\"daemon serves\""))
                #expect(try await HTTPAnswer.get(address + "/healthz").status == 200)
                guard case .running(let server) = place.cluster.status() else {
                    return #expect(Bool(false), "no server")
                }
                kill(server, SIGQUIT)
                let failing = "{\"problems\":{\"database\":\"the server cannot be reached\"},\"status\":\"failing\"}\n"
                try await awaits("a failing health") {
                    guard daemon.isRunning else { return true }
                    return try await HTTPAnswer.get(address + "/healthz").text == failing
                }
                #expect(daemon.isRunning, "\(daemon.text)")
                for _ in 0..<3 where daemon.isRunning { try await socket.waits(for: "WATCHDOG=1") }
                try await place.cluster.start()
                try #require(daemon.isRunning)
                try await awaits("health") { try await HTTPAnswer.get(address + "/healthz").status == 200 }
                daemon.signal(SIGTERM)
                try await socket.waits(for: "STOPPING=1")
                #expect([0, 130].contains(await daemon.end().status))
            }
        }

        @Test func theConfigurationIsReadAgain() async throws {
            try await World.with { place in
                let name = "\(place.folder)/notify"
                let socket = try NotifySocket(name)
                let (daemon, config) = try start(place, environment: ["NOTIFY_SOCKET": name])
                try await socket.waits(for: "READY=1")
                #expect(await daemon.reports("message=\"daemon serves\""))
                daemon.signal(SIGHUP)
                try await awaits("a reload") {
                    socket.next(within: .zero)?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true
                }
                try await socket.waits(for: "READY=1")
                #expect(await daemon.reports("message=\"configuration read again\""))
                try "daemon: {leaseSeconds: 0}".write(toFile: config, atomically: true, encoding: .utf8)
                daemon.signal(SIGHUP)
                #expect(await daemon.reports("message=\"configuration not read\""))
                daemon.signal(SIGTERM)
                #expect([0, 130].contains(await daemon.end().status))
            }
        }

        @Test func aScheduleThatFailsIsToldOf() async throws {
            try await World.with { place in
                let path = "\(place.folder)/events"
                let manager = try await Connection.connect(
                    place.cluster.settings(database: place.database).with(user: "lacuna"))
                let catalog = LabelCatalog(manager, program: "tests")
                var schedule = NewSchedule(
                    name: "n", configuration: JSONText(Self.configuration), split: "s", origins: [.expert],
                    trainsUnassigned: false, modalities: ["CT"], organs: ["liver"], classMapping: [:])
                schedule.trigger.cron = "0 0 1 1 *"
                schedule.maximumHours = 0.001
                try await catalog.createSchedule(schedule)
                _ = try await catalog.runSchedule("n")
                let (daemon, _) = try start(
                    place, "notify:\n  command: [/bin/sh, -c, 'cat >>\"$1\"', hook, \(path)]\n")
                try await awaits("the event") {
                    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                    return text.contains("\"event\":\"schedule-failed\"") && text.contains("\"schedule\":\"n\"")
                }
                daemon.signal(SIGTERM)
                #expect([0, 130].contains(await daemon.end().status))
                await manager.close()
            }
        }

        /// The daemon of the last attempt cannot tell: it was killed.
        @Test func aTickWhoseLastLeaseEndedIsToldOf() async throws {
            try await World.with { place in
                let path = "\(place.folder)/events"
                try await place.createSchedule("n")
                try await place.succeeds("schedule", "run-now", "n")
                try await place.change(
                    """
                    update lacuna.job set state = 'running', attempts = max_attempts, worker = 'gone', login = 'lacunad',
                        lease_until = clock_timestamp() - interval '1 s'
                    """)
                let (daemon, _) = try start(
                    place, "notify:\n  command: [/bin/sh, -c, 'cat >>\"$1\"', hook, \(path)]\n")
                try await awaits("the event") {
                    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                    return text.contains("\"event\":\"schedule-failed\"") && text.contains("\"schedule\":\"n\"")
                }
                #expect(try await place.ticks("n") == ["failed -"])
                let address = try #require(await daemon.loggedMetricsAddress())
                let metrics = try await HTTPAnswer.get(address + "/metrics").text
                #expect(metrics.contains("lacuna_lease_expired_total 1\n"), "\(metrics)")
                daemon.signal(SIGTERM)
                #expect([0, 130].contains(await daemon.end().status))
            }
        }

        /// A run that only its limit ends.
        private static let configuration = """
            {"run": {"name": "n", "organs": ["liver"], "split": "s", "rounds": 0, "seed": 3, "stepsInRoundZero": 1000000},
             "learning": {"widths": [4, 8], "contextSlices": 3, "patch": [32, 32], "batch": 4, "threads": 1}, "grid": {}}
            """
    }
}
