internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import System

struct MaskCompare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare masks of one volume: Dice, surface distances, millilitres, changed voxels.",
        discussion: """
            Name two masks by their ids, or a volume and an organ: then all words that stand on it, of datasets, people and \
            the visible round, are compared pair by pair, the current one first. An absence counts as an empty mask. \
            Partial masks are compared where both are known; compared voxels says how much that is. Differences are those \
            of the second from the first: second less first. \
            The surface Dice (NSD, after Nikolov et al.) is the share of both surfaces within --tolerance of the other.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the first mask by its id; or the volume by its id, by DATASET/CASE or by its file.")
    var first: String

    @Argument(help: "Name the second mask by its id; or the organ by its key or another spelling.")
    var second: String

    @Option(help: "Count surfaces as equal within this many millimetres.")
    var tolerance = 2.0

    func validate() throws {
        guard tolerance >= 0, tolerance.isFinite else {
            throw ValidationError("--tolerance is at least 0 millimetres.")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            if let first = Int64(first), let second = Int64(second) {
                return try await compare(MaskID(first), MaskID(second), session)
            }
            let volume = try await session.catalog.volume(named: first)
            let organ = try await session.catalog.organ(named: second)
            let versions = try await session.catalog.labelVersions(volume: volume.id, organ: organ)
            let pairs = try await MaskPairs(session: session, volume: volume).compare(versions)
            session.output.report(
                pairs,
                MaskPair.columns(
                    tolerance: tolerance, isPartial: pairs.contains { !$0.comparison.region.isEverywhere }))
            if versions.count < 2 {
                session.output.note(
                    "Nothing to compare: \(versions.count) word stands on \(organ) in volume \(volume.id).")
            }
        }
    }

    private func compare(_ first: MaskID, _ second: MaskID, _ session: Session) async throws {
        let a = try await session.catalog.mask(first)
        let b = try await session.catalog.mask(second)
        guard a.volume == b.volume else {
            throw CommandFailure(
                .badInput, "mask \(first) is of volume \(a.volume), mask \(second) of volume \(b.volume)",
                remedy: "name two masks of one volume")
        }
        let volume = try await session.catalog.volume(named: a.volume.description)
        let reader = BlockingMaskReader(store: try await session.objectStore(create: false))
        let catalog = session.catalog
        let one = try await reader.read(a.location, try await catalog.limits(of: a.location.mask), shape: a.shape)
        let other = try await reader.read(b.location, try await catalog.limits(of: b.location.mask), shape: b.shape)
        let comparison = try await BlockingWork().run { MaskComparison(one, other, spacing: volume.spacing) }
        session.output.report(
            [
                Cell.Field("volume", a.volume.rawValue),
                Cell.Field("case", volume.sources.first.map { "\($0.dataset)/\($0.caseName)" }),
                Cell.Field("first", try await catalog.nameOfSource(of: a.location.mask)),
                Cell.Field("firstMask", a.location.mask.rawValue), Cell.Field("firstOrgan", a.organ.rawValue),
                Cell.Field("second", try await catalog.nameOfSource(of: b.location.mask)),
                Cell.Field("secondMask", b.location.mask.rawValue), Cell.Field("secondOrgan", b.organ.rawValue),
            ] + comparison.fields(tolerance: tolerance))
    }
}
