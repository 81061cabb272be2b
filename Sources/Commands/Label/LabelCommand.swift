internal import ArgumentParser

struct LabelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label", abstract: "Correct labels of organs, and list contradictions.",
        subcommands: [LabelSet.self, LabelRestore.self, LabelConflictList.self])
}
