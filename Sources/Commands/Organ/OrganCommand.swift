internal import Console
internal import ArgumentParser

struct OrganCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organ",
        abstract: "List and extend the organs that labels can name, and split labels of both sides.",
        subcommands: [OrganList.self, OrganShow.self, OrganImport.self, OrganSplit.self, OrganUnsplit.self])
}
