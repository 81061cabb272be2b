internal import ArgumentParser

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write what is known as a dataset for other tools.",
        subcommands: [ExportNNUNet.self, ExportMONAI.self])
}
