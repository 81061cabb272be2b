internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import Numerics
internal import Postgres
internal import System

/// Pairs of volumes whose fingerprints are alike, found by comparing all with all.
struct NearDuplicates {
    /// At or above it two volumes are proposed; docs/identity.md says where it comes from.
    static let threshold = 0.75
    /// More than anybody reads.
    static let mostPairs = 1_000_000

    let catalog: LabelCatalog
    let output: Output

    /// Pairs with equal keys first, then the most alike ones; at most `limit` in all.
    func all(atLeast least: Double = threshold, limit: Int = mostPairs) async throws -> [DuplicateProposal] {
        let equal = try await catalog.proposedDuplicates().map(DuplicateProposal.init(equal:))
        let known = Set(equal.map(\.volumes))
        let near = try await find(atLeast: least, limit: limit).filter { !known.contains($0.volumes) }
        return Array((equal + near).prefix(limit))
    }

    /// Tells how many volumes could be compared by their keys only.
    func tellMissing() async throws {
        let missing = try await catalog.countWithoutDescriptor(version: ImageDescriptor.version)
        guard missing > 0 else { return }
        output.note(
            "\(missing) volumes have no image descriptor and were compared by their keys only: lacuna volume describe "
                + "computes them.")
    }

    /// The most alike pairs first, at most `limit`; volumes without a fingerprint take no part.
    private func find(atLeast least: Double, limit: Int) async throws -> [DuplicateProposal] {
        let table = try await catalog.descriptors(version: ImageDescriptor.version, size: ImageDescriptor.size)
        let search = SimilaritySearch(
            strictness: ImageDescriptor.strictness, components: ImageDescriptor.components)
        guard table.volumes.count > 1 else { return [] }
        let bar = output.progress("compare", total: search.steps(for: table.volumes.count))
        defer { bar.finish() }
        let pairs = try await BlockingWork().run {
            let product = try DenseProduct()
            return search.pairs(in: table.descriptors, atLeast: Float(least), limit: limit, product: product) {
                bar.advance()
            }
        }
        let ids = Set(pairs.flatMap { [table.volumes[$0.first], table.volumes[$0.second]] })
        let volumes = try await catalog.duplicateVolumes(ids.sorted())
        return pairs.compactMap { pair in
            guard let first = volumes[table.volumes[pair.first]], let second = volumes[table.volumes[pair.second]]
            else {
                return nil
            }
            return DuplicateProposal(
                pair: DuplicateRow(first: first, second: second, kind: .near), score: Double(pair.score),
                reason: Self.reasons[pair.window])
        }
    }

    /// What is alike, by window.
    private static let reasons = ["alike as a whole", "alike from the lower end up", "alike from the upper end down"]
}

/// A proposed pair with its score and what is alike.
struct DuplicateProposal {
    let pair: DuplicateRow
    /// 0 to 1; 1 for pairs with equal keys.
    let score: Double
    let reason: String

    fileprivate var volumes: [VolumeID] { [pair.first.id, pair.second.id] }

    init(pair: DuplicateRow, score: Double, reason: String) {
        (self.pair, self.score, self.reason) = (pair, score, reason)
    }

    /// A pair whose keys are equal.
    init(equal pair: DuplicateRow) {
        let reason =
            switch pair.kind {
            case .orientation: "the same values in another order"
            case .clipped: "the same values after clipping to ±1000 HU"
            case .near: "alike"
            }
        self.init(pair: pair, score: 1, reason: reason)
    }

    static var columns: [Column<DuplicateProposal>] {
        [
            Column("score") { Cell.number($0.score, places: 3) },
            Column("kind") { $0.pair.kind.rawValue },
            Column("first") { $0.pair.first.id.rawValue },
            Column("firstName", title: "name") { $0.pair.first.name },
            Column("second") { $0.pair.second.id.rawValue },
            Column("secondName", title: "name") { $0.pair.second.name },
            Column("reason") { $0.reason },
            Column("firstSubject", isShown: false) { $0.pair.first.subject },
            Column("secondSubject", isShown: false) { $0.pair.second.subject },
            Column("oneSubject", title: "one subject") { $0.pair.first.subject == $0.pair.second.subject },
        ]
    }
}
