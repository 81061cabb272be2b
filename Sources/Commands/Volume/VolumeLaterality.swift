internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct VolumeLaterality: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "laterality", abstract: "List volumes whose left and right organs are reversed.",
        discussion: """
            Compares the world x of the centres of the current masks: liver and right-sided organs belong to the right \
            of spleen and left-sided organs. A reversed pair means a mirrored image, exchanged labels, or a patient \
            whose organs are reversed. Reversed pairs make the exit status 6. Centres of masks that were not imported, \
            such as those of a round, are computed once.

            EXAMPLE:
              $ lacuna volume laterality
              volume  dataset/case     belongs right  belongs left  right x, mm  …
                  12  outside/img0004  liver          spleen              -71.1
              3 of 19 pairs of organs in 7 volumes are reversed.
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("millimetres", "Minimum distance of a reversed pair in millimetres."))
    var atLeast = 0.0

    func validate() throws {
        guard atLeast >= 0 else { throw ValidationError("--at-least must be at least 0 millimetres.") }
    }

    func run() async throws {
        let found = try await Session.with(options) { session in
            try await ReversedSideSearch(session.workspace).run(minimumDistance: atLeast)
        }
        options.output.report(found.reversed, SidedMasks.columns)
        options.output.note(
            found.pairs == 0
                ? "No volume has masks of both organs of a pair."
                : "\(found.reversed.count) of \(found.pairs) pairs of organs in \(found.volumes) volumes are reversed.")
        if !found.reversed.isEmpty { throw ExitCode(ExitStatus.damaged.rawValue) }
    }
}

extension SidedMasks {
    fileprivate static var columns: [Column<SidedMasks>] {
        [
            Column("volume") { $0.volume.rawValue }, Column("name", title: "dataset/case") { $0.name },
            Column("subject", in: .wideOnly) { $0.subject },
            Column("right", title: "belongs right") { $0.pair.right.rawValue },
            Column("left", title: "belongs left") { $0.pair.left.rawValue },
            Column("rightX", title: "right x, mm", in: .whereItFits()) { Cell.number($0.rightX, places: 1) },
            Column("leftX", title: "left x, mm", in: .whereItFits()) { Cell.number($0.leftX, places: 1) },
            Column("rightMask", in: .wideOnly) { $0.rightMask.rawValue },
            Column("leftMask", in: .wideOnly) { $0.leftMask.rawValue },
        ]
    }
}
