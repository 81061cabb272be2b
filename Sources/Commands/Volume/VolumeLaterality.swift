internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import Numerics

struct VolumeLaterality: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "laterality", abstract: "List volumes whose organs lie on the wrong sides of each other.",
        discussion: """
            By the world x of the current masks' centres, liver and right-sided organs lie to the right of spleen and \
            left-sided organs. What does not is a mirrored image, swapped labels, or a patient whose organs are reversed. \
            Findings make the exit status 6. Masks of no import, such as a round's, are read once for their centres.
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Leave out pairs that are reversed by less than this many millimetres.")
    var atLeast = 0.0

    func validate() throws {
        guard atLeast >= 0 else { throw ValidationError("--at-least is 0 or more millimetres.") }
    }

    func run() async throws {
        let violations = try await Session.with(options) { session in
            try await MissingCentres(session: session).record()
            let pairs = try await session.catalog.sidedMasks()
            let violations = pairs.filter { $0.areReversed && $0.leftX - $0.rightX >= atLeast }
            session.output.report(violations, SidedMasks.columns)
            let volumes = Set(pairs.map(\.volume)).count
            session.output.note(
                pairs.isEmpty
                    ? "No volume has masks of both organs of a pair."
                    : "\(violations.count) of \(pairs.count) pairs of organs in \(volumes) volumes are reversed.")
            return violations.count
        }
        if violations > 0 { throw ExitCode(ExitStatus.damaged.rawValue) }
    }
}

extension SidedMasks {
    fileprivate static var columns: [Column<SidedMasks>] {
        [
            Column("volume") { $0.volume.rawValue }, Column("name") { $0.name },
            Column("subject", isShown: false) { $0.subject },
            Column("right", title: "belongs right") { $0.pair.right.rawValue },
            Column("left", title: "belongs left") { $0.pair.left.rawValue },
            Column("rightX", title: "x of it, mm") { Cell.number($0.rightX, places: 1) },
            Column("leftX", title: "and of it, mm") { Cell.number($0.leftX, places: 1) },
            Column("rightMask", isShown: false) { $0.rightMask.rawValue },
            Column("leftMask", isShown: false) { $0.leftMask.rawValue },
        ]
    }
}

/// Reads the current masks of sided organs whose centre the catalogue does not have.
struct MissingCentres {
    /// Recorded together.
    private static let batch = 500

    let session: Session

    func record() async throws {
        let missing = try await session.catalog.sidedMasksWithoutCentre()
        guard !missing.isEmpty else { return }
        let reader = BlockingMaskReader(store: try await session.objectStore(create: false))
        let bar = session.output.progress("masks", total: missing.count)
        defer { bar.finish() }
        for start in stride(from: 0, to: missing.count, by: Self.batch) {
            var centres: [MaskCentre] = []
            for mask in missing[start..<min(missing.count, start + Self.batch)] {
                let foreground = try await reader.read(mask.location, shape: mask.shape).foreground
                if let centre = VolumeMeasure.centre(foreground) {
                    centres.append(MaskCentre(mask: mask.location.mask, centre: centre))
                }
                bar.advance()
            }
            try await session.catalog.record(centres)
        }
    }
}
