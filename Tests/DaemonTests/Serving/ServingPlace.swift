import Foundation
import Glibc
import TestSupport
import Testing

extension Place {
    /// Starts `lacunad serve`.
    ///
    /// - Parameter home: nil: the home of this place. Another home reads the same objects.
    func serve(home other: String? = nil, settings: String = "leaseSeconds: 1", _ extra: String...) throws
        -> RunningProgram
    {
        let place = other.map { ["--home", $0, "--objects", objects] } ?? ["--home", home]
        return try RunningProgram("lacunad", try serving(settings) + place + extra, limit: .seconds(300))
    }

    /// Starts `lacunad serve` with so much address space, in kilobytes.
    func serve(addressSpace kilobytes: Int) throws -> RunningProgram {
        try RunningProgram(
            "/bin/sh",
            ["-c", "ulimit -v \(kilobytes); exec \"$@\"", "sh", ChildProcess.built("lacunad")]
                + (try serving("leaseSeconds: 5")) + ["--home", home], limit: .seconds(300))
    }

    private func serving(_ settings: String) throws -> [String] {
        let path = "\(folder)/\(UUID().uuidString).yaml"
        try "daemon:\n  \(settings)\n".write(toFile: path, atomically: true, encoding: .utf8)
        return ["serve", "--config", path, "--database", target("lacunad"), "--log-level", "debug"]
    }

    /// Creates a schedule without triggers of its own but those given.
    func createSchedule(_ name: String, _ run: RunFile = RunFile(), _ options: String...) async throws {
        let path = "\(folder)/\(name).yaml"
        try run.text.write(toFile: path, atomically: true, encoding: .utf8)
        let ending = try await lacuna(
            ["schedule", "create", name, "--config", path]
                + (options.isEmpty ? ["--cron", "0 0 1 1 *"] : options))
        try #require(ending.status == 0, "\(ending.errors)")
    }

    /// The ticks of a schedule, the oldest first: outcome and run.
    func ticks(_ schedule: String) async throws -> [String] {
        try await ask(
            "select outcome || ' ' || coalesce(run, '-') from lacuna.schedule_history where schedule = '\(schedule)' order by tick_id"
        )
    }

    func awaitsTick(_ outcome: String, of schedule: String) async throws {
        try await awaits("a tick of \(schedule) that is \(outcome)") {
            try await Task.sleep(for: .milliseconds(200))
            return try await ticks(schedule).contains { $0.hasPrefix("\(outcome) ") }
        }
    }
}

extension Place {
    /// The masks of all rounds are those of an undisturbed run.
    func expectLabelsOfWholeRun() async throws {
        let whole = try await WholeRun.shared.value.labels
        let labels = try await labels()
        #expect(labels == whole)
    }
}

extension RunningProgram {
    /// Ends a daemon by SIGTERM, as a service manager does.
    func stops() async {
        signal(SIGTERM)
        let ending = await end()
        #expect(ending.status == 0, "\(ending.errors)")
    }
}
