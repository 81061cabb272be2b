import Foundation
import Glibc
import TestSupport
import Testing

extension DaemonTests {
    @Suite struct ObservationTests {
        // MARK: - Metrics and health

        @Test func metricsAndHealthAreServedWhileARunTrains() async throws {
            try await World.with { place in
                var file = RunFile()
                (file.rounds, file.stepsPerRound, file.checkpointSteps) = (1, 1_000_000, 1_000_000)
                let daemon = try place.startDaemon(file, "--metrics-port", "0")
                try #require(await daemon.reports("/metrics\n"))
                let address = try #require(await daemon.metricsAddress())
                #expect(await daemon.reports("round 1: training"))
                try await awaits("a training step of round 1") {
                    let values = try await metrics(address)
                    return values["lacuna_round_state{run=\"r\",round=\"1\",state=\"training\"}"] == 1
                        && values["lacuna_step_seconds_count"] ?? 0 > 24
                }
                let values = try await metrics(address)
                #expect(values["lacuna_loader_wait_seconds_count"] == values["lacuna_step_seconds_count"])
                #expect(values["lacuna_round_state{run=\"r\",round=\"1\",state=\"published\"}"] == 0)
                #expect(values["lacuna_dice{organ=\"liver\"}"] != nil)
                let published = values.filter { $0.key.hasPrefix("lacuna_labels_published_total") }
                #expect(
                    Int(published.values.reduce(0, +))
                        == (try await place.number("select count(*) from lacuna.pseudo_label")))
                #expect(try #require(values["lacuna_last_success_timestamp_seconds"]) > 1_700_000_000)
                try await awaits("the count of the queue") {
                    try await metrics(address)["lacuna_queue_jobs{kind=\"run\",state=\"running\"}"] == 1
                }
                let health = try await HTTPAnswer.get(address + "/healthz")
                #expect(
                    health.status == 200 && health.text == "{\"problems\":{},\"status\":\"well\"}\n", "\(health.text)")
                daemon.signal(SIGTERM)
                #expect(await daemon.end().status == 130)
            }
        }

        /// The backends of a server that freezes neither answer nor close their connections.
        @Test func healthFailsWhereTheDatabaseIsSilent() async throws {
            try await World.with { place in
                let daemon = try place.startDaemon(.long, "--metrics-port", "0")
                let address = try #require(await daemon.metricsAddress())
                #expect(await daemon.reports("round 0: training"))
                let backends = try await place.ask(
                    "select pid from pg_stat_activity where datname = current_database() and usename = 'lacunad'"
                ).compactMap { Int32($0) }
                for process in backends { #expect(kill(process, SIGSTOP) == 0) }
                var last = ""
                try await awaits("a failing health") {
                    guard daemon.isRunning, let answer = try? await HTTPAnswer.get(address + "/healthz") else {
                        return true
                    }
                    last = answer.text
                    return answer.status == 503
                }
                for process in backends { kill(process, SIGCONT) }
                #expect(
                    last.contains("\"heartbeat\":\"no report for ") && last.contains("\"status\":\"failing\""),
                    "\(last)")
                daemon.signal(SIGTERM)
                #expect([7, 130].contains(await daemon.end().status))
            }
        }

        @Test func aPortInUseEndsTheCommand() async throws {
            try await World.with { place in
                let first = try place.startDaemon(.long, "--metrics-port", "0")
                let address = try #require(await first.metricsAddress())
                var file = RunFile.long
                file.name = "other"
                let port = String(address.split(separator: ":").last ?? "")
                let second = try await place.startDaemon(file, "--metrics-port", port).end()
                #expect(second.status == 5, "\(second.errors)")
                #expect(second.errors.contains("cannot be served on port \(port): Address already in use"))
                #expect(second.errors.contains("remedy: choose another --metrics-port"))
                first.signal(SIGTERM)
                #expect(await first.end().status == 130)
                let usage = try await place.startDaemon(file, "--metrics-port", "65536").end()
                #expect(usage.status == 2)
            }
        }

        private func metrics(_ address: String) async throws -> [String: Double] {
            let lines = try await HTTPAnswer.get(address + "/metrics").text.split(separator: "\n").filter {
                !$0.hasPrefix("#")
            }
            let pairs = lines.map { $0.split(separator: " ") }
            return Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), Double($0[1]) ?? .nan) })
        }

        // MARK: - Signals

        @Test func aSignalStoresACheckpointAtOnce() async throws {
            try await World.with { place in
                var file = RunFile.long
                file.checkpointSteps = 1_000_000
                let daemon = try place.startDaemon(file, "--log-level", "info")
                #expect(await daemon.reports("round 0: training"))
                try await awaits("two checkpoints") {
                    daemon.signal(SIGUSR1)
                    return try await place.number("select count(distinct step) from lacuna.checkpoint") >= 2
                }
                #expect(try await place.number("select min(step) from lacuna.checkpoint") > 0)
                #expect(await daemon.reports("message=\"checkpoint stored\" round=0 step="))
                daemon.signal(SIGTERM)
                #expect(await daemon.end().status == 130)
            }
        }

        // MARK: - The service manager

        @Test func theServiceManagerIsNotified() async throws {
            try await World.with { place in
                let name = "\(place.folder)/notify"
                let socket = try NotifySocket(name)
                let environment = ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000"]
                let daemon = try place.startDaemon(.long, environment: environment)
                try await socket.waits(for: "READY=1")
                try await socket.waits(for: "STATUS=run r: training round 0")
                for _ in 0..<3 { try await socket.waits(for: "WATCHDOG=1") }
                daemon.signal(SIGTERM)
                try await socket.waits(for: "STOPPING=1")
                #expect(await daemon.end().status == 130)
                let wrong = try await place.startDaemon(.long, environment: ["NOTIFY_SOCKET": "notify"]).end()
                #expect(wrong.status == 2 && wrong.errors.contains("NOTIFY_SOCKET is neither"), "\(wrong.errors)")
            }
        }

        // MARK: - Logs

        /// A whole run at the most detailed level.
        @Test func logsContainNoPatientData() async throws {
            try await World.with { place in
                var file = RunFile()
                file.rounds = 1
                let ending = try await place.startDaemon(
                    file, "--quiet", "--log-level", "trace", "--log-format", "json"
                ).end()
                #expect(ending.status == 0, "\(ending.errors)")
                let lines = ending.errors.split(separator: "\n").map { Data($0.utf8) }
                #expect(lines.count > 40, "steps and volumes are logged")
                for line in lines {
                    let members = try JSONDecoder().decode([String: String].self, from: line)
                    #expect(members["time"]?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
                    #expect(members["level"] != nil && members["message"] != nil)
                }
                let names = try await place.ask(
                    """
                    select name from lacuna.subject union select case_name from lacuna.source
                    union select file from lacuna.source union select file from lacuna.label_file
                    """
                ).filter { $0.count > 3 }
                #expect(names.count > 10)
                for name in names + [place.data] { #expect(!ending.errors.contains(name), "\(name)") }
            }
        }

        @Test func theJournalGetsPriorities() async throws {
            try await World.with { place in
                var file = RunFile()
                (file.rounds, file.stepsInRoundZero) = (0, 2)
                let path = "\(place.folder)/journal.yaml"
                try file.text.write(toFile: path, atomically: true, encoding: .utf8)
                let script = "export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); exec \"$@\""
                let daemon = try RunningProgram(
                    "/bin/bash",
                    [
                        "-c", script, "bash", ChildProcess.built("lacunad"), "run", "--once", "--config", path,
                        "--database", place.target("lacunad"), "--home", place.home, "--quiet", "--log-level", "info",
                    ])
                let ending = await daemon.end()
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(ending.errors.contains("<6>level=info message=\"run finished\"\n"), "\(ending.errors)")
                #expect(!ending.errors.contains("time="))
            }
        }

        // MARK: - Hooks

        /// The events that a run passed to a command, in order.
        private func events(_ path: String) throws -> [[String: Any]] {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }

        private func appending(to path: String) -> String { "command: [/bin/sh, -c, 'cat >>\"$1\"', hook, \(path)]" }

        @Test func hooksAreToldOfARun() async throws {
            try await World.with { place in
                let path = "\(place.folder)/events"
                var file = RunFile()
                file.notify = appending(to: path)
                #expect(try await place.daemon(file).status == 0)
                let events = try events(path)
                let kinds = events.compactMap { $0["event"] as? String }
                #expect(
                    kinds.filter { $0 != "labels-withheld" } == ["round-published", "round-published", "run-finished"])
                #expect(events.allSatisfy { $0["run"] as? String == "r" && $0["time"] is String })
                let round = try #require(events.first { $0["event"] as? String == "round-published" })
                let counts = try await place.ask(
                    """
                    select o.key || '=' || count(*) from lacuna.pseudo_label l join lacuna.organ o on o.id = l.organ_id
                    join lacuna.round r on r.id = l.round_id where r.number = 0 group by o.key order by 1
                    """)
                let organs = try #require(round["organs"] as? [String: Int])
                #expect(organs.map { "\($0.key)=\($0.value)" }.sorted() == counts)
                #expect(round["labels"] as? Int == organs.values.reduce(0, +))
                #expect(round["revision"] is Int && round["round"] as? Int == 0)
                #expect(try await place.daemon(file).status == 0)
                #expect(try self.events(path).count == events.count, "a finished run is not told of again")
            }
        }

        @Test func withheldOrgansAreToldOf() async throws {
            try await World.with { place in
                let path = "\(place.folder)/events"
                var file = RunFile()
                (file.rounds, file.stepsPerRound, file.minimumDice) = (1, 1, 1)
                file.notify = appending(to: path)
                #expect(try await place.daemon(file).status == 0)
                let withheld = try #require(try events(path).first { $0["event"] as? String == "labels-withheld" })
                #expect((withheld["withheld"] as? [String: String])?["liver"] != nil, "\(withheld)")
            }
        }

        @Test func withdrawnDataIsToldOf() async throws {
            try await World.with { place in
                let path = "\(place.folder)/events"
                var file = RunFile()
                file.stepsPerRound = 1_000_000
                file.notify = appending(to: path)
                let daemon = try place.startDaemon(file)
                #expect(await daemon.reports("round 1: training"))
                try await place.succeeds("mask", "rollback", "--run", "r", "--to", "none", "--reason", "leaks")
                #expect(await daemon.end().status == 5)
                let last = try #require(try events(path).last)
                #expect(last["event"] as? String == "data-withdrawn", "\(last)")
                #expect((last["reason"] as? String)?.contains("was cancelled by a rollback") == true)
            }
        }

        @Test func aHookThatFailsDoesNotEndARun() async throws {
            try await World.with { place in
                var file = RunFile()
                (file.rounds, file.stepsInRoundZero) = (0, 2)
                file.notify = "command: [/nonexistent/hook]"
                let ending = try await place.startDaemon(file, "--log-level", "error").end()
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(
                    ending.errors.contains(
                        "message=\"notification failed\" event=run-finished hook=command reason=\"not started, errno 2\""
                    ))
                file.notify = "webhook: http://example.org/secret"
                let refused = try await place.daemon(file)
                #expect(refused.status == 3 && refused.errors.contains("notify.webhook"), "\(refused.errors)")
                #expect(!refused.errors.contains("secret"))
            }
        }
    }
}
