internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Imaging

struct VolumeDuplicates: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duplicates", abstract: "Propose pairs of volumes that may show one scan.",
        discussion: """
            Scans with equal voxels are one volume already, whatever their files' names. These pairs are alike when axis \
            order and flips (orientation), or values beyond ±1000 HU (clipped), are left out of account, or when their \
            image descriptors are (near: cropped, resampled, re-windowed or mirrored copies). Look at them: nothing is merged. \
            lacuna subject join says that two are one patient.
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Propose pairs that score at least this much, 0 to 1.")
    var atLeast = NearDuplicates.threshold

    @Option(help: "Propose at most this many pairs, the surest.")
    var limit = 1000

    func validate() throws {
        guard (0.01...1).contains(atLeast) else { throw ValidationError("--at-least is between 0.01 and 1.") }
        guard (1...NearDuplicates.mostPairs).contains(limit) else {
            throw ValidationError("--limit is between 1 and \(NearDuplicates.mostPairs).")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let search = NearDuplicates(catalog: session.catalog, output: session.output)
            let found = try await search.all(atLeast: atLeast, limit: limit)
            session.output.report(found, DuplicateProposal.columns)
            if found.isEmpty { session.output.note("No two volumes look alike.") }
            try await search.tellMissing()
        }
    }
}
