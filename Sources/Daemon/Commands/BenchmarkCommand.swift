internal import ArgumentParser

struct BenchmarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark", abstract: "Measure the parts of a training on this machine.",
        subcommands: [StepCommand.self, BatchesCommand.self], defaultSubcommand: StepCommand.self)
}
