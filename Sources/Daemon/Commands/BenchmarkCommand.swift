internal import ArgumentParser

struct BenchmarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark", abstract: "Measure the parts of a run on this machine.",
        subcommands: [
            StepCommand.self, BatchesCommand.self, TrainingCommand.self, PredictionCommand.self, WriteBackCommand.self,
            LabelsCommand.self, ColdStartCommand.self, AllPartsCommand.self,
        ],
        defaultSubcommand: StepCommand.self)
}
