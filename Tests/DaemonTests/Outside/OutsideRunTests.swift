import Foundation
import Glibc
import TestSupport
import Testing

extension ServiceTests {
    /// Whole runs by a program in plain Python.
    @Suite struct OutsideRunTests {
        @Test func anOutsideProgramTrainsAndItsPseudoLabelsArePublished() async throws {
            try await World.with { place in
                let before = try await place.annotations()
                let ending = try await place.startOutside(OutsideRun()).end()
                #expect(ending.status == 0, "\(ending.errors)")
                try await place.expectInvariants(annotations: before, "after the run")
                let rounds = try await place.rounds()
                #expect(rounds[0].hasPrefix("0|published|true|") && rounds[1] == "1|published|false|0", "\(rounds)")
                let labels = try await place.labels()
                #expect(!labels.isEmpty)
                #expect(
                    try await place.number("select count(*) from lacuna.evaluation where part = 'validation'") == 12)
                try await place.expectSameAsWholeOutsideRun("two runs of one configuration")
                #expect(place.jobFolders == [])
                try await expectProvenance(in: place)
            }
        }

        /// The rows and both commands for people name the program.
        private func expectProvenance(in place: Place) async throws {
            let command = "/usr/bin/python3 \(OutsideRun.example)"
            let shown = try await place.lacuna("round", "show", "o", "0", "--json").object()
            #expect(shown["trainer"] as? String == command)
            #expect((shown["startedWith"] as? String)?.hasSuffix(", trainer: \(command)") == true)
            let warned = try await place.lacuna("round", "show", "o", "1")
            #expect(warned.status == 0 && !warned.errors.contains("could not be read"), "\(warned.errors)")
            #expect(warned.output.contains(command))
            let mask = try await place.ask("select min(mask_id) from lacuna.pseudo_label")[0]
            let lineage = try await place.rows("lineage", "mask:\(mask)")
            #expect(lineage.contains { ($0["label"] as? String)?.contains("trainer: \(command)") == true })
        }

        /// What the program finds: no database, no descriptors, no right to change objects, and a private folder.
        @Test func theProgramIsShutIn() async throws {
            try await World.with { place in
                var run = OutsideRun()
                let script = "\(place.folder)/spy.py"
                try """
                import importlib.util, json, os, sys
                home = sys.argv[2]
                found = {
                    "environment": sorted(set(os.environ) - {"LC_CTYPE"}),  # which Python sets itself
                    "descriptors": sorted(int(n) for n in os.listdir("/proc/self/fd"))[:-1],
                    "folder": os.getcwd(), "mode": oct(os.stat(".").st_mode & 0o777), "group": os.getpgrp() == os.getpid(),
                    "written": []}
                objects = [os.path.join(f, n) for f, _, names in os.walk(home + "/objects") for n in names]
                for path in [objects[0], home + "/objects/new", home + "/cache/new", home + "/new", "/tmp/lacuna-spy"]:
                    try:
                        os.path.exists(path) and os.chmod(path, 0o600)
                        open(path, "ab").close()
                        found["written"].append(path)
                    except OSError:
                        pass
                spec = importlib.util.spec_from_file_location("t", sys.argv[1])
                trainer = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(trainer)
                job = json.load(open(os.environ["LACUNA_JOB"]))
                if job["stage"] == "train":
                    sys.exit("found " + json.dumps(found, separators=(",", ":")).replace('"', "'"))
                """.write(toFile: script, atomically: true, encoding: .utf8)
                run.command = [OutsideRun.python, script, OutsideRun.example, place.home]
                let ending = try await place.startOutside(
                    run, environment: ["PGPASSWORD": "secret", "LACUNA_TOKEN": "x", "CUDA_VISIBLE_DEVICES": "0"]
                ).end()
                #expect(ending.status == 5, "\(ending.errors)")
                let reason = try await place.ask("select record ->> 'failure' from lacuna.round where number = 0")[0]
                let start = try #require(reason.firstRange(of: "found {"), "\(reason)")
                let end = try #require(reason.lastIndex(of: "}"), "\(reason)")
                let text = reason[reason.index(before: start.upperBound)...end].replacingOccurrences(
                    of: "'", with: "\"")
                let found = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
                #expect(
                    found["environment"] as? [String] == [
                        "CUDA_VISIBLE_DEVICES", "HOME", "LACUNA_JOB", "PATH", "TMPDIR",
                    ])
                #expect(found["descriptors"] as? [Int] == [0, 1, 2])
                #expect((found["folder"] as? String)?.hasPrefix("\(place.home)/trainer/job-") == true)
                #expect(found["mode"] as? String == "0o700")
                #expect(found["group"] as? Bool == true)
                #expect(
                    found["written"] as? [String] == [] || ending.errors.contains("this kernel has no Landlock"),
                    "files elsewhere are protected, or a person is told that they are not")
            }
        }

        @Test func aRunThatIsStoppedContinuesFromTheCheckpointThatTheProgramStoredThen() async throws {
            try await World.with { place in
                let before = try await place.annotations()
                var ends = 0
                while ends < 4 {
                    let daemon = try place.startOutside(OutsideRun())
                    #expect(await daemon.reports("round"))
                    try await Task.sleep(for: .milliseconds(150 * (ends + 1)))
                    daemon.signal(ends % 2 == 0 ? SIGTERM : SIGKILL)
                    let ending = await daemon.end()
                    if ending.status == 0 { break }
                    #expect([130, 128 + SIGKILL, 128 + SIGTERM].contains(ending.status), "\(ending.errors)")
                    ends += 1
                    try await place.expectInvariants(annotations: before, "after end \(ends)")
                }
                let ending = try await place.startOutside(OutsideRun()).end()
                #expect(ending.status == 0, "\(ending.errors)")
                try await place.expectSameAsWholeOutsideRun("after \(ends) ends")
                #expect(place.jobFolders == [], "what killed daemons left is removed")
            }
        }

        /// `lacunad predict` and `lacunad evaluate` ask before they start a command from the catalogue.
        @Test func aCommandOfTheCatalogueIsStartedOnRequestOnly() async throws {
            try await World.with { place in
                let ending = try await place.startOutside(OutsideRun()).end()
                try #require(ending.status == 0, "\(ending.errors)")
                let image = try #require(
                    try await place.ask("select file from lacuna.source order by id limit 1").first)
                let root = try await place.ask(
                    "select root from lacuna.release r join lacuna.source s on s.release_id = r.id order by s.id limit 1"
                )[0]
                func predict(_ extra: String...) async throws -> Ending {
                    try await RunningProgram(
                        "lacunad",
                        ["predict", "\(root)/\(image)", "--round", "o/1", "--output", "\(place.folder)/masks"]
                            + ["--modality", "CT", "--database", place.target("lacunad"), "--home", place.home] + extra
                    ).end()
                }
                let refused = try await predict()
                #expect(refused.status == 5, "\(refused.errors)")
                #expect(refused.errors.contains(OutsideRun.example) && refused.errors.contains("--run-trainer"))
                let predicted = try await predict("--run-trainer")
                #expect(predicted.status == 0, "\(predicted.errors)")
                #expect(predicted.output.contains("liver"))
                let repeated = try await RunningProgram(
                    "lacunad",
                    ["run", "--reproduce", "o/0", "--database", place.target("lacunad"), "--home", place.home]
                ).end()
                #expect(repeated.status == 5 && repeated.errors.contains("outside program"), "\(repeated.errors)")
            }
        }

        /// A daemon that serves starts the commands of its own file, and no others.
        @Test func aDaemonThatServesStartsItsOwnCommandOnly() async throws {
            try await World.with { place in
                let path = "\(place.folder)/schedule.yaml"
                try OutsideRun().text.write(toFile: path, atomically: true, encoding: .utf8)
                let created = try await place.lacuna(
                    "schedule", "create", "night", "--config", path, "--cron", "0 0 1 1 *")
                try #require(created.status == 0, "\(created.errors)")
                try await place.succeeds("schedule", "run-now", "night")
                let other = try place.serve()
                #expect(await other.reports("may not start"))
                await other.stops()  // the next attempt follows after a pause
                let file = "\(place.folder)/serve.yaml"
                try """
                daemon: {leaseSeconds: 1}
                trainer: {command: [\(OutsideRun().command.joined(separator: ", "))]}
                """.write(toFile: file, atomically: true, encoding: .utf8)
                let own = try RunningProgram(
                    "lacunad",
                    ["serve", "--config", file, "--database", place.target("lacunad"), "--home", place.home],
                    limit: .seconds(300))
                try await place.awaitsTick("done", of: "night")
                await own.stops()
                try await place.expectSameAsWholeOutsideRun("by a schedule")
            }
        }
    }
}
