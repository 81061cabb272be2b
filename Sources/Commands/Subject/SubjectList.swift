internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct SubjectList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List subjects with their volumes, datasets and split parts; removed ones too.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "List only the subjects of this dataset.")
    var dataset: String?

    func run() async throws {
        try await Session.with(options) { session in
            let subjects = try await session.catalog.subjectList(dataset: dataset, removed: true)
            session.output.report(
                subjects,
                [
                    Column("id") { $0.id.rawValue }, Column("name") { $0.name }, Column("volumes") { $0.volumes },
                    Column("datasets") { $0.datasets }, Column("parts") { $0.parts }, Column("removed") { $0.removed },
                ])
        }
    }
}
