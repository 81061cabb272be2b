internal import ArgumentParser
internal import Catalog
internal import Console
internal import Workflows

struct VolumeDuplicates: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duplicates", abstract: "List pairs of volumes that may show the same scan.",
        discussion: """
            Scans with equal voxels are one volume, whatever their file names. The pairs listed here are equal apart \
            from axis order and flips (orientation) or from values beyond ±1000 HU (clipped), or have similar image \
            descriptors (near: cropped, resampled, re-windowed or mirrored copies). Check the images: nothing is \
            merged automatically. lacuna subject join records that two volumes are of the same patient.

            EXAMPLE:
              $ lacuna volume duplicates --at-least 0.6
              score  kind         first  first dataset/case  second  second dataset/case  …
              1.000  orientation      4  internal/img0004        12  outside/img0004
              0.621  near             1  internal/img0001         2  internal/img0002
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("score", "Minimum score, between 0.01 and 1."))
    var atLeast = DuplicateSearch.defaultScore

    @Option(help: .value("number", "Maximum number of pairs; those with the highest scores are listed."))
    var limit = 1000

    func validate() throws {
        guard (0.01...1).contains(atLeast) else { throw ValidationError("--at-least must be from 0.01 to 1.") }
        guard (1...DuplicateSearch.maximumLimit).contains(limit) else {
            throw ValidationError("--limit must be from 1 to \(DuplicateSearch.maximumLimit).")
        }
    }

    func run() async throws {
        let found = try await Session.with(options) { session in
            try await DuplicateSearch(catalog: session.catalog, progress: session.output)
                .run(DuplicateSearch.Request(minimumScore: atLeast, limit: limit))
        }
        options.output.report(found.proposals, DuplicateProposal.columns, empty: "No two volumes are similar.")
        if let note = found.note { options.output.note(note) }
    }
}
