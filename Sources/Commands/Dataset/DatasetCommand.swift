internal import Console
internal import ArgumentParser

struct DatasetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset", abstract: "Import datasets and list them.",
        subcommands: [DatasetImport.self, DatasetList.self, DatasetShow.self])
}
