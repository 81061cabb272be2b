internal import ArgumentParser

struct RoundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "round", abstract: "List training rounds, choose the current run, and remove checkpoints.",
        subcommands: [
            RoundList.self, RoundShow.self, RoundDice.self, RoundConfidence.self, RoundReliability.self,
            RoundPrecision.self, RoundAdopt.self, RoundPrune.self,
        ])
}
