internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import Numerics
internal import Postgres
internal import System

struct MaskConsensus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consensus",
        abstract: "Compute one mask out of those that datasets and people say, and record it.",
        discussion: """
            It is recorded beside the others as a proposal of the rater consensus, with the masks that it came from, and \
            counts nowhere. With --adopt it becomes that rater's word, which the policy then weighs like any other. \
            majority takes voxels of more than half of the masks; staple weighs each mask by how well it agrees \
            (Warfield et al. 2004). Masks that a model made take no part unless they are named with --mask.

            A partial mask votes where it is known. The majority is that of the masks that know a voxel, and it is known \
            where more than half of all masks do; by staple a voxel is known where one mask at least does.
            """)

    enum Method: String, CaseIterable, ExpressibleByArgument { case majority, staple }

    static let rater = "consensus"
    static let most = 16

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Name the volume by its id, by DATASET/CASE or by its file.")
    var volume: String

    @Argument(help: "Name the organ by its key or another spelling.")
    var organ: String

    @Option(help: "Say how: majority or staple.")
    var method: Method

    @Option(help: "Take this mask, by its id; say it again for more (default: every annotation that stands).")
    var mask: [Int64] = []

    @Flag(help: "Let it count from now on.")
    var adopt = false

    func run() async throws {
        try await Session.with(options) { session in
            let volume = try await session.catalog.volume(named: volume)
            let organ = try await session.catalog.organ(named: organ)
            let inputs = try await inputs(organ, of: volume, session.catalog)
            let reader = BlockingMaskReader(store: try await session.objectStore(create: false))
            var masks: [KnownMask] = []
            for input in inputs {
                let limits = try await session.catalog.limits(of: input.mask)
                masks.append(try await reader.read(input, limits, shape: volume.shape))
            }
            let (read, method) = (masks, method)
            let (consensus, raters) = try await BlockingWork().run { Self.compute(method, read) }
            guard !consensus.foreground.isEmpty else {
                throw CommandFailure(
                    .badInput, "the masks have no voxel in common by \(method.rawValue)",
                    remedy: "lacuna mask compare \(volume.id) \(organ) shows how they differ")
            }
            let recorded = try await record(consensus, organ, of: volume, inputs, session)
            try await session.catalog.compactCoverage()
            report(
                recorded, consensus, organ, of: volume, inputs, raters,
                try await session.catalog.currentRevision(), session.output)
        }
    }

    /// - Throws: bad input for fewer than two masks, more than sixteen, or one of another volume or organ.
    private func inputs(
        _ organ: OrganKey, of volume: VolumeRow, _ catalog: LabelCatalog
    ) async throws -> [MaskLocation] {
        var found: [MaskLocation] = []
        if mask.isEmpty {
            let standing = try await catalog.labelVersions(volume: volume.id, organ: organ)
            found = standing.filter { !$0.isProposed && $0.origin != .model && $0.source != Self.rater }.compactMap(
                \.mask)
        }
        for id in mask {
            let facts = try await catalog.mask(MaskID(id))
            guard facts.volume == volume.id, facts.organ == organ else {
                throw CommandFailure(
                    .badInput, "mask \(id) is of \(facts.organ) in volume \(facts.volume)",
                    remedy: "lacuna mask history \(volume.id) \(organ) lists those that can be named")
            }
            found.append(facts.location)
        }
        guard (2...Self.most).contains(found.count) else {
            throw CommandFailure(
                .badInput, "a consensus needs 2 to \(Self.most) masks, and there are \(found.count)",
                remedy: "lacuna mask history \(volume.id) \(organ) lists those that can be named with --mask")
        }
        return found
    }

    private static func compute(_ method: Method, _ masks: [KnownMask]) -> (KnownMask, [Consensus.Rater]) {
        let votes = Consensus.Votes(masks.map { Consensus.Ballot(mask: $0.foreground, region: $0.region) })
        switch method {
        case .majority:
            let (mask, region) = Consensus.majority(votes)
            return (KnownMask(foreground: mask, region: region), [])
        case .staple:
            let estimate = Consensus.staple(votes)
            return (KnownMask(foreground: estimate.mask, region: estimate.region), estimate.raters)
        }
    }

    private func record(
        _ consensus: KnownMask, _ organ: OrganKey, of volume: VolumeRow, _ inputs: [MaskLocation], _ session: Session
    ) async throws -> RecordedAnnotation {
        let word = PersonalAnnotation(
            volume: volume.id, organ: organ, rater: Self.rater, origin: .reviewed,
            inputs: inputs.map(\.mask), isProposed: !adopt)
        let parameters = JSONRenderer.render(
            .object([
                Cell.Field("reason", why.reason), Cell.Field("method", method.rawValue),
                Cell.Field("masks", inputs.map(\.mask.rawValue)), Cell.Field("adopted", adopt),
            ]))
        let store = try await session.objectStore()
        return try await session.catalog.record(word, kind: .review, parameters: JSONText(parameters)) { _ in
            try await AnnotationContent.put(consensus, in: store)
        }
    }

    private func report(
        _ recorded: RecordedAnnotation, _ consensus: KnownMask, _ organ: OrganKey, of volume: VolumeRow,
        _ inputs: [MaskLocation], _ raters: [Consensus.Rater], _ revision: Revision, _ output: Output
    ) {
        output.report([
            Cell.Field("volume", volume.id.rawValue), Cell.Field("organ", organ.rawValue),
            Cell.Field("method", method.rawValue),
            Cell.Field("mask", recorded.mask?.rawValue), Cell.Field("voxels", consensus.foreground.population),
            Cell.Field("partial", !consensus.region.isEverywhere), Cell.Field("knownVoxels", consensus.region.count),
            Cell.Field("inputs", inputs.map(\.mask.rawValue)),
            Cell.Field("sensitivity", raters.map(\.sensitivity)), Cell.Field("specificity", raters.map(\.specificity)),
            Cell.Field("changed", recorded.isNew), Cell.Field("current", recorded.isCurrent),
            Cell.Field("revision", revision.number),
        ])
        if !consensus.region.isEverywhere {
            output.note(
                "It is partial: known are \(consensus.region.count) of \(volume.shape.count) voxels, where "
                    + (method == .majority ? "more than half of the masks are known." : "some mask is known."))
        }
        if !adopt { output.note("Recorded beside the others; it counts nowhere until the same is said with --adopt.") }
        if adopt && !recorded.isCurrent {
            output.note("Another annotation outranks it: lacuna mask policy show says why.")
        }
    }
}
