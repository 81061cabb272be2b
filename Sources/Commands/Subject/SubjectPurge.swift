internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct SubjectPurge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Destroy the stored masks of the subject that was removed.",
        discussion: """
            Only bytes that nothing else names go; rows and tombstones stay, which verify accepts. It cannot be undone. \
            Images and checkpoints are not touched: images lie where they were imported from.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var purging: PurgeOptions

    @Argument(help: "Name the subject by its id or by DATASET/KEY.")
    var subject: String

    func run() async throws {
        try await Session.with(options) { session in
            try await purging.purge(.subject(session.catalog.subject(named: subject)), name: subject, session)
        }
    }
}
