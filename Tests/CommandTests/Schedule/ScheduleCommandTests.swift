import Foundation
import Phantoms
import TestSupport
import Testing

/// `lacuna schedule`, through the built program.
@Suite struct ScheduleCommandTests {
    private static let run = "run: {name: r, organs: [liver], split: s}"

    /// A catalogue with a split s, and configurations by name.
    private func withCatalogue(
        _ files: [String: String] = ["run.yaml": run], _ body: (Workbench) async throws -> Void
    ) async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...3, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(
                try await bench.lacuna("split", "create", "s", "--train", "set", "--holdout", "validation=0.4").status
                    == 0)
            for (name, text) in files {
                try text.write(toFile: "\(bench.folder)/\(name)", atomically: true, encoding: .utf8)
            }
            try await body(bench)
        }
    }

    private func create(_ name: String, _ bench: Workbench, _ arguments: String...) async throws -> Ending {
        try await bench.start(
            ["schedule", "create", name, "--config", "\(bench.folder)/run.yaml"] + arguments
        ).end()
    }

    @Test func aScheduleIsCreatedListedAndShown() async throws {
        try await withCatalogue { bench in
            let made = try await create(
                "nightly", bench, "--cron", "0 2 * * *", "--time-zone", "Europe/Paris", "--when-new", "7", "--window",
                "20:00-06:00", "--jitter", "10m", "--overlap", "queue", "--catch-up", "once", "--adopt", "if-better",
                "--start-from", "previous", "--max-hours", "8", "--json")
            #expect(made.status == 0, "\(made.errors)")
            let row = try #require(try await bench.lacuna("schedule", "list", "--json").rows().first)
            let next = try #require(row["next"] as? [String])
            #expect(next.count == 3 && next == next.sorted() && next.allSatisfy { $0.hasSuffix(":00:00Z") })
            #expect(row["state"] as? String == "active" && row["whenNew"] as? Int == 7)
            let shown = try await bench.lacuna("schedule", "show", "nightly", "--json").object()
            #expect(shown["window"] as? String == "20:00-06:00" && shown["jitter"] as? String == "10m")
            #expect(shown["overlap"] as? String == "queue" && shown["catchUp"] as? String == "once")
            #expect(shown["adopt"] as? String == "if-better" && shown["startFrom"] as? String == "previous")
            #expect(shown["maxHours"] as? Double == 8 && shown["newAnnotations"] as? Int == 0)
            let actions = try #require(shown["actions"] as? [[String: Any]])
            #expect(actions.map { $0["action"] as? String } == ["create"])
            let table = try await bench.lacuna("schedule", "list")
            #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(table.output)")
            #expect(table.output.contains(" 02:00, "), "local times: \(table.output)")
            let page = try await bench.lacuna("schedule", "show", "nightly")
            #expect(page.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(page.output)")
        }
    }

    @Test func aScheduleIsPausedRunRetriedAndRemoved() async throws {
        try await withCatalogue { bench in
            #expect(try await create("n", bench, "--cron", "@daily").status == 0)
            #expect(try await bench.lacuna("schedule", "pause", "n", "--reason", "moved").status == 0)
            let again = try await bench.lacuna("schedule", "pause", "n")
            #expect(again.status == 0 && again.errors.contains("paused already"))
            #expect(try await bench.lacuna("schedule", "resume", "n").status == 0)
            let run = try await bench.lacuna("schedule", "run-now", "n", "--json").object()
            #expect(run["run"] as? String == "n-1")
            let open = try await bench.lacuna("schedule", "run-now", "n")
            #expect(open.status == 5 && open.errors.contains("run n-1 of this schedule has not ended"))
            let early = try await bench.lacuna("schedule", "retry", "n")
            #expect(early.status == 5 && early.errors.contains("has not failed"))
            let history = try await bench.lacuna("schedule", "history", "n", "--json").rows()
            #expect(history.map { $0["outcome"] as? String } == ["waiting"])
            #expect(history.map { $0["cause"] as? String } == ["run-now"])
            let removed = try await bench.lacuna("schedule", "remove", "n", "--json").object()
            #expect(removed["cancelled"] as? Int == 1)
            let ended = try await bench.lacuna("schedule", "history", "--csv")
            #expect(ended.output.contains(",run-now,cancelled,n-1,the schedule was removed,"), "\(ended.output)")
            #expect(try await bench.lacuna("schedule", "show", "n").status == 3)
            let table = try await bench.lacuna("schedule", "history")
            #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(table.output)")
        }
    }

    /// What cannot run is refused when it is created, with status 3 and a remedy.
    @Test func whatTheCatalogueCannotRunIsRefused() async throws {
        let files = [
            "run.yaml": Self.run, "organ.yaml": "run: {name: r, organs: [livr], split: s}",
            "split.yaml": "run: {name: r, organs: [liver], split: nowhere}",
            "twice.yaml": "run: {name: r, organs: [liver, Liver], split: s}",
            "key.yaml": "run: {name: r, organs: [liver], split: s, round: 3}",
        ]
        try await withCatalogue(files) { bench in
            for (file, problem) in [
                ("organ.yaml", "no organ is named livr"), ("split.yaml", "no split is named nowhere"),
                ("twice.yaml", "run.organs is"), ("key.yaml", "run.round is not a key"),
                ("none.yaml", "the configuration cannot be read"),
            ] {
                let ending = try await bench.lacuna(
                    "schedule", "create", "x", "--config", "\(bench.folder)/\(file)", "--cron", "@daily")
                #expect(ending.status == 3 && ending.errors.contains(problem), "\(file): \(ending.errors)")
                #expect(ending.errors.contains("\n  remedy: "), "\(file): \(ending.errors)")
            }
            for (arguments, status, problem) in [
                (["--cron", "0 24 * * *"], 3, "the hour '24' of the cron expression is not one of 0 to 23"),
                (["--cron", "0 0 30 2 *"], 3, "is never due"),
                (["--cron", "@daily", "--time-zone", "Europe/Pari"], 3, "no time zone is named Europe/Pari"),
                ([], 2, "the schedule would never make a run"),
                (["--cron", "@daily", "--window", "20:00"], 2, "20:00"),
                (["--cron", "@daily", "--window", "20:00-20:00"], 2, "has no length"),
                (["--cron", "@daily", "--jitter", "10"], 2, "10"),
                (["--cron", "@daily", "--jitter", "25h"], 2, "24h"),
                (
                    ["--cron", "0,30 8 * * *", "--jitter", "31m"], 3,
                    "00:31:00 is longer than the 00:30:00 between two ticks"
                ),
                (["--when-new", "1", "--jitter", "1m"], 2, "--jitter has no effect without --cron"),
                (["--cron", "@daily", "--quiet-time", "1m"], 2, "no effect without --when-new"),
                (["--when-new", "1", "--catch-up", "once"], 2, "no effect without --cron"),
                (["--when-new", "1", "--time-zone", "UTC"], 2, "no effect without --cron or --window"),
                (["--cron", "@daily", "--adopt-margin", "0.1"], 2, "no effect without --adopt if-better"),
                (["--when-new", "0"], 2, "at least 1"), (["--cron", "@daily", "--overlap", "wait"], 2, "wait"),
            ] as [([String], Int32, String)] {
                let ending = try await bench.start(
                    ["schedule", "create", "x", "--config", "\(bench.folder)/run.yaml"] + arguments
                ).end()
                #expect(ending.status == status && ending.errors.contains(problem), "\(arguments): \(ending.errors)")
            }
            let named = try await create("a b", bench, "--cron", "@daily")
            #expect(named.status == 3 && named.errors.contains("cannot be named a b"))
            #expect(try await create("n", bench, "--cron", "@daily").status == 0)
            #expect(try await create("n", bench, "--cron", "@daily").status == 5)
            let spelt = try await bench.lacuna("schedule", "show", "m")
            #expect(spelt.status == 3 && spelt.errors.contains("no schedule is named m"))
        }
    }

    /// What a schedule does not keep of its file is noted.
    @Test func aSectionThatIsNotKeptIsNoted() async throws {
        try await withCatalogue(["run.yaml": Self.run + "\ndaemon: {leaseSeconds: 10}\nnotify: {seconds: 9}"]) {
            bench in
            let ending = try await create("n", bench, "--cron", "@daily")
            #expect(ending.status == 0 && ending.errors.contains("The section daemon of"), "\(ending.errors)")
            #expect(ending.errors.contains("The section notify of"), "\(ending.errors)")
        }
    }

    /// The commands of `docs/schedules.md`, as they are printed there.
    @Test func thePageIsTrue() async throws {
        let text = try String(contentsOfFile: "\(packageRoot)/docs/schedules.md", encoding: .utf8)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }
        #expect(lines.count > 20)
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "internal", scans: 1...6, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let ending = try await bench.shell("set -ex\n" + lines.joined(separator: "\n"))
            #expect(ending.status == 0, "\(ending.errors)")
        }
    }
}
