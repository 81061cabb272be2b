package import ArgumentParser
internal import Console
internal import Tensors

/// The root of the daemon's command line.
package struct LacunadCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "lacunad",
        abstract: "Train on partially labelled volumes and relabel what is missing.",
        version: Program.lacunad.version,
        subcommands: [
            ServeCommand.self, RunCommand.self, PlanCommand.self, PredictCommand.self, EvaluateCommand.self,
            BenchmarkCommand.self, TrainerCommands.self,
        ])

    package init() {}
}

/// The program `lacunad`.
public enum Lacunad {
    /// Runs the command of the arguments and ends the process with its exit status.
    public static func run() async -> Never {
        Torch.prepareProcess()
        await Program.lacunad.run(LacunadCommand.self)
    }
}
