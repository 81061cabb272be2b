internal import ArgumentParser

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write volumes and labels as a dataset for other tools.",
        subcommands: [ExportNNUNet.self, ExportMONAI.self])
}
