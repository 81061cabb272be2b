internal import ArgumentParser

struct LabelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label", abstract: "Correct the label of an organ in a volume.",
        subcommands: [LabelSet.self, LabelRestore.self])
}
