internal import ArgumentParser

struct RoundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "round", abstract: "List training rounds and choose the current run.",
        subcommands: [
            RoundList.self, RoundShow.self, RoundDice.self, RoundConfidence.self, RoundReliability.self,
            RoundPrecision.self, RoundAdopt.self,
        ])
}
