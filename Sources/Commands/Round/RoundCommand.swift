internal import Console
internal import ArgumentParser

struct RoundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "round", abstract: "List training rounds and choose the run whose pseudo labels show.",
        subcommands: [RoundList.self, RoundShow.self, RoundDice.self, RoundConfidence.self, RoundAdopt.self])
}
