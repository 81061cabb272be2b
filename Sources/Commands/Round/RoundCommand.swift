internal import ArgumentParser

struct RoundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "round",
        abstract: "List training rounds, choose the current run, release withheld organs, and remove checkpoints.",
        subcommands: [
            RoundList.self, RoundShow.self, RoundDice.self, RoundConfidence.self, RoundReliability.self,
            RoundPrecision.self, RoundAdopt.self, RoundOverride.self, RoundPrune.self,
        ])
}
