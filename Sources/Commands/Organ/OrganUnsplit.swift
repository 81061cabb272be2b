internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Postgres

struct OrganUnsplit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unsplit", abstract: "Take back what lacuna organ split recorded, at one revision.",
        discussion: """
            Every label is again what it was before; history stays. What was said since then of the same side by the same \
            source stays too. Taking back the taking back does it again.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Name the activity, as organ split and mask list show it.")
    var activity: Int64

    func run() async throws {
        try await Session.with(options) { session in
            let parameters = JSONRenderer.render(
                .object([Cell.Field("reason", why.reason), Cell.Field("undoes", activity)]))
            let undone = try await session.catalog.undoPartition(
                ActivityID(activity), parameters: JSONText(parameters))
            if undone != nil { try await session.catalog.compactCoverage() }
            session.output.report([
                Cell.Field("undone", activity), Cell.Field("labels", undone?.labels ?? 0),
                Cell.Field("changed", undone != nil), Cell.Field("activity", undone?.activity.rawValue),
                Cell.Field("revision", try await session.catalog.currentRevision().number),
            ])
            if undone == nil { session.output.note("Nothing of it stands any more; nothing changed.") }
        }
    }
}
