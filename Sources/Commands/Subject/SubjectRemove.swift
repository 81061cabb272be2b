internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct SubjectRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Withhold a subject whose consent or licence was withdrawn, and all that comes of it.",
        discussion: """
            Everything concerned is listed first; nothing changes without --yes. From the next revision on no batch, \
            coverage, export or relabelling has it, and the labels that come of it elsewhere are hidden too, unless \
            --keep-derived. Checkpoints that saw it are marked as contaminated, and daemons that train with it stop. \
            All volumes of the patient go, whatever dataset has them. History, files and bytes are kept: restore takes it \
            back, purge destroys the bytes.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var removal: RemovalOptions

    @Argument(help: "Name the subject by its id or by DATASET/KEY.")
    var subject: String

    func run() async throws {
        try await Session.with(options) { session in
            try await removal.remove(.subject(session.catalog.subject(named: subject)), name: subject, session)
        }
    }
}
