internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct SplitShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show how many subjects and volumes each part has.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the split (default: all).")
    var name: String?

    func run() async throws {
        try await Session.with(options) { session in
            let parts = try await session.catalog.splits().filter { name == nil || $0.split == name }
            if let name, parts.isEmpty { throw CatalogError.unknownSplit(name) }
            session.output.report(parts, SplitPartRow.columns)
        }
    }
}
