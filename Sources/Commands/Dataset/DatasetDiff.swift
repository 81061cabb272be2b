internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct DatasetDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two releases of a dataset, case by case and organ by organ.",
        discussion: """
            Both releases are in the catalogue; what each says now is compared, whatever is current. Listed are cases and \
            labels that came or went, other images, other states and origins, and masks that changed, with their Dice \
            where both are known. Differences are after less before.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the dataset.")
    var dataset: String

    @Option(name: .customLong("release"), help: "Name a release; say it twice, the older one first.")
    var releases: [String]

    @Flag(help: "List what is the same too.")
    var all = false

    func validate() throws {
        if releases.count != 2 || releases[0] == releases[1] {
            throw ValidationError("Name two releases: --release A --release B.")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let diff = ReleaseDiff(session: session, dataset: dataset, before: releases[0], after: releases[1])
            let rows = try await diff.rows()
            session.output.report(
                all ? rows : rows.filter { $0.change != .same },
                ReleaseDiff.Row.columns(isPartial: rows.contains { $0.compared?.isEverywhere == false }))
            session.output.note(rows.isEmpty ? "Neither release has a label." : "\n" + ReleaseDiff.summary(of: rows))
        }
    }
}
