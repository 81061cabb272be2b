internal import ArgumentParser

struct SplitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split", abstract: "Assign subjects to train, confidence, validation and test parts.",
        subcommands: [SplitCreate.self, SplitShow.self, SplitCheck.self])
}
