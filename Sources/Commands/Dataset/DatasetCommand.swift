internal import ArgumentParser

struct DatasetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset", abstract: "Import, list, compare, relocate and remove datasets.",
        subcommands: [
            DatasetImport.self, DatasetList.self, DatasetShow.self, DatasetWaiting.self, DatasetDiff.self,
            DatasetRelocate.self, DatasetRemove.self, DatasetRestore.self, DatasetPurge.self,
        ])
}
