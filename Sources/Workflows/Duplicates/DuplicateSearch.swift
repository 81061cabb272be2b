package import Catalog
internal import Domain
internal import Imaging
internal import Numerics
internal import System

/// Finds pairs of volumes that may show the same scan: by equal keys, and by comparing all image descriptors.
package struct DuplicateSearch: Sendable {
    package struct Request: Sendable {
        /// The lowest score of a pair, above 0 and at most 1.
        package var minimumScore: Double
        /// The maximum number of pairs, 1 or more.
        package var limit: Int

        package init(minimumScore: Double = DuplicateSearch.defaultScore, limit: Int = DuplicateSearch.maximumLimit) {
            (self.minimumScore, self.limit) = (minimumScore, limit)
        }
    }

    package struct Result: Sendable {
        /// Pairs with equal keys first, then the others by descending score.
        package let proposals: [DuplicateProposal]
        /// Number of volumes without an image descriptor, which were compared by their keys only.
        package let undescribed: Int
    }

    /// The default lowest score; docs/identity.md gives the measurements behind it.
    package static let defaultScore = 0.75
    package static let maximumLimit = 1_000_000

    private let catalog: LabelCatalog
    private let progress: any ProgressSink

    package init(catalog: LabelCatalog, progress: any ProgressSink) {
        (self.catalog, self.progress) = (catalog, progress)
    }

    package func run(_ request: Request = Request()) async throws -> Result {
        let equal = try await catalog.proposedDuplicates().map(DuplicateProposal.init(equal:))
        let known = Set(equal.map(\.volumes))
        let similar = try await similarPairs(request).filter { !known.contains($0.volumes) }
        return Result(
            proposals: Array((equal + similar).prefix(request.limit)),
            undescribed: try await catalog.countWithoutDescriptor(version: ImageDescriptor.version))
    }

    /// Pairs of volumes with similar descriptors, by descending score.
    private func similarPairs(_ request: Request) async throws -> [DuplicateProposal] {
        let table = try await catalog.descriptors(version: ImageDescriptor.version, size: ImageDescriptor.size)
        guard table.volumes.count > 1 else { return [] }
        let pairs = try await compare(table, request)
        let ids = Set(pairs.flatMap { [table.volumes[$0.first], table.volumes[$0.second]] })
        let volumes = try await catalog.duplicateVolumes(ids.sorted())
        return pairs.compactMap { pair in
            guard let first = volumes[table.volumes[pair.first]], let second = volumes[table.volumes[pair.second]]
            else { return nil }
            return DuplicateProposal(
                pair: DuplicateRow(first: first, second: second, kind: .near), score: Double(pair.score),
                similarity: Self.similarities[pair.window])
        }
    }

    private func compare(_ table: DescriptorTable, _ request: Request) async throws -> [SimilaritySearch.Pair] {
        let search = SimilaritySearch(
            strictness: ImageDescriptor.strictness, components: ImageDescriptor.components)
        let meter = progress.begin("compare", total: search.steps(for: table.volumes.count))
        defer { meter.finish() }
        return try await BlockingWork().run {
            let product = try DenseProduct()
            return search.pairs(
                in: table.descriptors, atLeast: Float(request.minimumScore), limit: request.limit, product: product
            ) {
                meter.advance()
            }
        }
    }

    /// By the descriptor's window.
    private static let similarities: [DuplicateProposal.Similarity] = [.whole, .lowerEnd, .upperEnd]
}
