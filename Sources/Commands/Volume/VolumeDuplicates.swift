internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct VolumeDuplicates: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duplicates", abstract: "Propose pairs of volumes that may show one scan.",
        discussion: """
            Scans with equal voxels are one volume already, whatever their files' names. These pairs are alike when axis \
            order and flips (orientation), or values beyond ±1000 HU (clipped), are left out of account: look at them.
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await Session.with(options) { session in
            let pairs = try await session.catalog.proposedDuplicates()
            session.output.report(
                pairs,
                [
                    Column("first") { $0.first.rawValue }, Column("second") { $0.second.rawValue },
                    Column("kind") { $0.kind.rawValue },
                    Column("firstSubject", title: "first subject") { $0.firstSubject },
                    Column("secondSubject", title: "second subject") { $0.secondSubject },
                ])
            if pairs.isEmpty { session.output.note("No two volumes look alike.") }
        }
    }
}
