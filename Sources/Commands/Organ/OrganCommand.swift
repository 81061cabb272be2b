internal import ArgumentParser

struct OrganCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organ", abstract: "List, add and partition organs.",
        subcommands: [OrganList.self, OrganShow.self, OrganImport.self, OrganPartition.self])
}
