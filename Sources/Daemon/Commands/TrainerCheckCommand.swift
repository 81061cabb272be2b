internal import ArgumentParser
internal import Console
internal import Domain
internal import Plans
internal import System
internal import Trainers
internal import Workflows

struct TrainerCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Test whether a program can train and predict for lacunad.",
        discussion: """
            Runs the program on two phantoms, without a catalogue: it trains, starts from weights, stops on SIGTERM, resumes, and \
            predicts. Everything that it writes is checked as in a run, and what does not conform is named, with exit status 3. \
            docs/outside-trainers.md describes the jobs. The program and its arguments follow two hyphens, or are those of \
            trainer.command in --config.

            EXAMPLE:
              $ lacunad trainer check -- /usr/bin/python3 "$PWD/examples/outside_trainer.py"
              test                outcome  seconds  problem
              train               passed       0.1  -
              start from weights  passed       0.4  -
              stop                passed       0.1  -
              resume              passed       0.4  -
              predict             passed       0.1  -
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("file", "Configuration of a run whose section trainer is tested."))
    var config: String?

    @Option(help: .value("number", "Number of steps of each training, 2 to 100000."))
    var steps = 20

    @Option(help: .value("time", "Time that the program has to end after SIGTERM, such as 60s. (default: 60s)"))
    var grace: String?

    @Option(help: .value("time", "Time without progress after which it is ended, such as 5min. (default: 30min)"))
    var silence: String?

    @Argument(parsing: .postTerminator, help: .value("word", "The program and its arguments, after two hyphens."))
    var command: [String] = []

    func validate() throws {
        guard (2...100_000).contains(steps) else { throw ValidationError("--steps must be 2 to 100000.") }
        guard command.isEmpty != (config == nil) else {
            throw ValidationError("Give the program after two hyphens, or --config FILE.")
        }
    }

    func run() async throws {
        let settings = try settings()
        guard let outside = OutsideTrainer(settings, jobs: "") else {
            throw WorkflowError(
                .badInput, "trainer.command is not set", file: config,
                remedy: "set it, or give the program after two hyphens")
        }
        let folder = try ScratchPlace("lacunad-trainer-check")
        let check = try TrainerCheck(outside.command, steps: steps, in: folder.path)
        var results: [TrainerCheck.Result] = []
        let bar = options.output.progress("testing", total: TrainerCheck.Test.allCases.count)
        try await check.run(isStopping: { Unfinished.isBeingRemoved }) {
            results.append($0)
            bar.show(results.count, label: "testing")
        }
        bar.finish()
        options.output.report(results, Self.columns)
        if results.contains(where: { $0.problem != nil }) { throw ExitCode(ExitStatus.badInput.rawValue) }
    }

    /// Those of the file, with the options in their place.
    private func settings() throws -> TrainerSettings {
        var values: [String: SettingValue] = [:]
        if let config { values = try RunConfiguration(contentsOf: config).trainer.values }
        if !command.isEmpty { values["command"] = .list(command.map { .text($0) }) }
        if let grace { values["grace"] = .text(grace) }
        if let silence { values["silence"] = .text(silence) }
        do {
            return try TrainerSettings(values)
        } catch {
            throw ConfigurationError(error, section: "trainer")
        }
    }

    private static var columns: [Column<TrainerCheck.Result>] {
        [
            Column("test") { $0.test.rawValue },
            Column("outcome") { $0.problem != nil ? "failed" : $0.skipped != nil ? "skipped" : "passed" },
            Column("seconds") { Cell.number($0.seconds, places: 1) },
            Column("problem") { $0.problem ?? $0.skipped },
        ]
    }
}
