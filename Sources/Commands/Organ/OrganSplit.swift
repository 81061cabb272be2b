internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Numerics
internal import Postgres

struct OrganSplit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split", abstract: "Split annotations that hold both sides of an organ into left and right.",
        discussion: """
            A merged mask is split where it is two large connected parts beside each other, of comparable size, with the \
            middle of the volume between them. Every other volume is listed with the reason and stays as it is; which \
            side a single organ lies on is not guessed. The sides carry origin and release of the merged annotation, \
            which stays. lacuna organ unsplit takes a split back; splitting again records only what is new.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the organ that holds both sides: kidney, lung, adrenal_gland, …")
    var organ: String

    @Option(help: "Split only labels of this dataset.")
    var dataset: String?

    @Option(help: "Split only in this volume: its id, DATASET/CASE or its file; say it again for more.")
    var volume: [String] = []

    @Option(help: "Say why; it is kept with the history. No patient data.")
    var reason: String?

    @Flag(help: "Read and check everything, and record nothing.")
    var dryRun = false

    func run() async throws {
        let rows = try await Session.with(options) { session in
            try await session.catalog.ensureStandardOrgans()
            let organ = try await session.catalog.organ(named: organ)
            let sides = try PairedOrgan(organ, try await session.catalog.ontology())
            var volumes: [VolumeID] = []
            for name in volume { volumes.append(try await session.volume(named: name).id) }
            let candidates = try await session.catalog.partitionCandidates(
                of: organ, into: sides.keys, dataset: dataset, volumes: volumes)
            var splitter = OrganSplitter(
                organ: sides, catalog: session.catalog, openStore: { try await session.objectStore(create: false) },
                reason: reason, isDryRun: dryRun)
            let bar = session.output.progress("split", total: candidates.count)
            defer { bar.finish() }
            var rows: [SplitRow] = []
            for candidate in candidates {
                rows.append(try await splitter.split(candidate))
                bar.advance()
            }
            if rows.contains(where: { $0.outcome == .split }), !dryRun { try await session.catalog.compactCoverage() }
            return rows
        }
        options.output.report(rows, SplitRow.columns)
        try finish(rows)
    }

    private func finish(_ rows: [SplitRow]) throws {
        let counts = SplitRow.Outcome.allCases.map { outcome in (outcome, rows.count { $0.outcome == outcome }) }
        options.output.note(
            rows.isEmpty
                ? "No volume has a label of \(organ)."
                : counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.words(isDryRun: dryRun))" }.joined(separator: ", ")
                    + ".")
        if let activity = rows.lazy.compactMap(\.activity).first {
            options.output.note("lacuna organ unsplit \(activity) --reason TEXT takes it back.")
        }
        guard rows.contains(where: { $0.outcome == .refused }) else { return }
        let isPartial = rows.contains { $0.outcome != .refused }
        throw ExitCode((isPartial ? ExitStatus.partlyDone : .badInput).rawValue)
    }
}

/// An organ that divides into a left and a right one.
struct PairedOrgan: Sendable {
    let key: OrganKey
    let left: OrganKey
    let right: OrganKey

    var keys: [OrganKey] { [left, right] }

    /// - Throws: bad input for an organ that is no such pair.
    init(_ key: OrganKey, _ ontology: Ontology) throws {
        guard let pair = ontology.sides(of: key) else {
            let pairs = ontology.organs.map(\.key).filter { ontology.sides(of: $0) != nil }
            throw CommandFailure(
                .badInput, "\(key) does not divide into a left and a right organ",
                remedy: "these do: \(pairs.map(\.rawValue).joined(separator: ", "))")
        }
        (self.key, left, right) = (key, pair.left, pair.right)
    }
}

extension Ontology {
    /// The two organs that an organ divides into, where they are one on each side.
    fileprivate func sides(of key: OrganKey) -> (left: OrganKey, right: OrganKey)? {
        let divisions = divisions(of: key)
        guard divisions.count == 2, let left = divisions.first(where: { self[$0]?.laterality == .left }),
            let right = divisions.first(where: { self[$0]?.laterality == .right })
        else { return nil }
        return (left, right)
    }
}
