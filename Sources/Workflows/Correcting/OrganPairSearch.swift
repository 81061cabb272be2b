internal import Catalog
internal import Domain
internal import System

/// Finds organs of one volume whose current masks, by different sources, contradict each other.
struct OrganPairSearch {
    private let workspace: Workspace
    /// Number of comparisons that are recorded together.
    private static let batch = 200

    init(_ workspace: Workspace) { self.workspace = workspace }

    /// Masks are compared once; later calls read the recorded numbers of common voxels.
    /// - Throws: `WorkflowError` of kind `damaged` for a mask that cannot be read.
    func conflicts(
        _ volume: VolumeID?, _ organ: OrganKey?, _ dataset: String?
    ) async throws -> [LabelConflictSearch.Conflict] {
        let relations = Self.relations(try await workspace.catalog.ontology())
        let pairs = try await workspace.catalog.organPairs(
            relations, volume: volume, organ: organ, dataset: dataset)
        let missing = pairs.filter { $0.shared == nil }
        let meter = workspace.progress.begin("organs", total: missing.count)
        defer { meter.finish() }
        var computed: [OrganPair: Int] = [:]
        for start in stride(from: 0, to: missing.count, by: Self.batch) {
            var made: [OrganOverlap] = []
            for pair in missing[start..<min(missing.count, start + Self.batch)] {
                let shared = try await compare(pair)
                computed[pair] = shared
                made.append(OrganOverlap(pair, shared: shared))
                meter.advance()
            }
            try await workspace.catalog.record(made)
        }
        return pairs.compactMap { pair in
            guard let shared = pair.shared ?? computed[pair] else { return nil }
            let isConflict =
                pair.isInside
                ? shared == 0
                : Ontology.isContradiction(shared: shared, pair.first.voxels, pair.second.voxels)
            return isConflict ? LabelConflictSearch.Conflict(pair, shared: shared) : nil
        }
    }

    private static func relations(_ ontology: Ontology) -> [OrganPairRelation] {
        let keys = ontology.organs.map(\.key)
        return keys.indices.flatMap { first in
            keys[(first + 1)...].compactMap { other -> OrganPairRelation? in
                switch ontology.pairing(keys[first], other) {
                case .exclusive: return OrganPairRelation(first: keys[first], second: other, isInside: false)
                case .inside: return OrganPairRelation(first: keys[first], second: other, isInside: true)
                case .around: return OrganPairRelation(first: other, second: keys[first], isInside: true)
                case nil: return nil
                }
            }
        }
    }

    private func compare(_ pair: OrganPair) async throws -> Int {
        let reader = try await workspace.masks()
        let one = try await reader.read(pair.first.mask, pair.first.limits, shape: pair.shape)
        let other = try await reader.read(pair.second.mask, pair.second.limits, shape: pair.shape)
        return await BlockingWork().run {
            pair.isInside ? OrganPairRule.meet(one, other) : one.foreground.sharedCount(other.foreground)
        }
    }
}
