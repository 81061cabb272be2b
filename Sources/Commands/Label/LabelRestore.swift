internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Postgres

struct LabelRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Undo the newest correction of an organ in a volume.",
        discussion: """
            What label set or mask import changed last is said again as it was before; done twice, it is back. What a \
            release said anew since then stays.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Name the volume by its id, by DATASET/CASE or by its file.")
    var volume: String

    @Argument(help: "Name the organ by its key or another spelling.")
    var organ: String

    func run() async throws {
        try await Session.with(options) { session in
            let catalog = session.catalog
            let volume = try await catalog.volume(named: volume)
            let organ = try await catalog.organ(named: organ)
            let parameters = JSONRenderer.render(
                .object([Cell.Field("reason", why.reason), Cell.Field("undoes", true)]))
            let written = try await catalog.undoCorrection(
                volume: volume.id, organ: organ, parameters: JSONText(parameters))
            try await catalog.compactCoverage()
            let label = try await catalog.labels(volume: volume.id, organ: organ).first
            session.output.report([
                Cell.Field("volume", volume.id.rawValue), Cell.Field("organ", organ.rawValue),
                Cell.Field("changed", written > 0), Cell.Field("status", label?.status.rawValue ?? "unlabelled"),
                Cell.Field("mask", label?.mask?.rawValue),
                Cell.Field("revision", try await catalog.currentRevision().number),
            ])
            if written == 0 { session.output.note("There is no correction to undo.") }
        }
    }
}
