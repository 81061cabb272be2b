internal import Domain

/// Patch, levels, widths and batch of a network that a step can train within a memory.
///
/// As nnU-Net plans them: the patch begins as the median volume and loses voxels along its longest axis until two patches fit, and the batch then
/// takes what memory is left. Ours: where the patch would become small, the network gets narrower instead.
public struct PlannedNetwork: Hashable, Sendable {
    /// Voxels along x, y and, for three dimensions, z.
    public let patch: [Int]
    public let widths: [Int]
    public let batch: Int
    /// What a step is estimated to need.
    public let bytes: Int
    /// The patch before it was shrunk.
    public let wholePatch: [Int]
    /// Whether another patch in the batch would fit into memory, but would show more than `batchShare` of all voxels in a step.
    public let isBatchLimitedByVolumes: Bool

    public var levels: Int { widths.count }

    /// Channels of the finest level, the most wanted first.
    static let firstWidths = [32, 16, 8]
    /// Of any level.
    static let widest = 320
    /// An axis is halved while at least so many voxels are left.
    static let fewestVoxels = 4
    /// A network with fewer voxels along an axis is made narrower first, unless volumes have no more.
    static let wantedEdge = [2: 128, 3: 64]
    /// The smallest patch.
    static let smallestEdge = [2: 32, 3: 16]
    static let largestEdge = 1024
    static let mostLevels = [2: 7, 3: 6]
    /// Of the voxels of all training volumes.
    static let batchShare = 0.05

    /// Memory for the smallest network is not there.
    public struct TooLittleMemory: Error, Hashable, Sendable {
        /// Bytes of a step of the smallest network.
        public let needed: Int
    }

    /// - Parameters:
    ///   - contextSlices: of a 2-D network; 1 for 3-D.
    ///   - bytes: the memory of a step.
    /// - Throws: `TooLittleMemory`.
    public init(
        _ grid: PlannedGrid, organs: Int, contextSlices: Int, bytes limit: Int
    ) throws(TooLittleMemory) {
        let search = PatchSearch(grid, organs: organs, contextSlices: contextSlices, limit: limit)
        guard let found = search.best() else { throw TooLittleMemory(needed: search.smallest.bytes) }
        let most = max(2, Int(Self.batchShare * grid.voxels / Double(found.patch.reduce(1, *))))
        var batch = 2
        while batch < 256, search.bytes(found.patch, found.widths, batch: batch + 1) <= limit, batch < most {
            batch += 1
        }
        let fitsMore = batch < 256 && search.bytes(found.patch, found.widths, batch: batch + 1) <= limit
        (patch, widths, wholePatch) = (found.patch, found.widths, search.whole)
        (self.batch, isBatchLimitedByVolumes) = (batch, fitsMore)
        bytes = search.bytes(found.patch, found.widths, batch: batch)
    }
}

/// Finds the largest patch of a network that fits.
private struct PatchSearch {
    struct Candidate {
        var patch: [Int]
        var widths: [Int]
        var bytes: Int
    }

    let dimensions, organs, contextSlices, limit: Int
    /// The median volume as a patch.
    let whole: [Int]

    init(_ grid: PlannedGrid, organs: Int, contextSlices: Int, limit: Int) {
        (dimensions, self.organs, self.contextSlices, self.limit) = (grid.dimensions, organs, contextSlices, limit)
        let edges = (0..<grid.dimensions).map { grid.shape[$0] }
        whole = Self.divisible(edges, dimensions: grid.dimensions)
    }

    /// The first network, from the widest on, whose patch is not small; else the narrowest that fits.
    func best() -> Candidate? {
        var last: Candidate?
        for width in PlannedNetwork.firstWidths {
            guard let found = largest(width) else { continue }
            if isLarge(found.patch) { return found }
            last = found
        }
        return last
    }

    var smallest: Candidate {
        candidate(
            Self.divisible(whole.map { _ in 1 }, dimensions: dimensions),
            PlannedNetwork.firstWidths[PlannedNetwork.firstWidths.count - 1])
    }

    func bytes(_ patch: [Int], _ widths: [Int], batch: Int) -> Int {
        StepMemory(
            dimensions: dimensions, inputChannels: contextSlices, widths: widths, organs: organs, patch: patch,
            batch: batch
        ).bytes
    }

    /// Shrinks the longest axis, the last of several, until two patches fit.
    private func largest(_ width: Int) -> Candidate? {
        var found = candidate(whole, width)
        while found.bytes > limit {
            let edge = found.patch.max() ?? 0
            guard edge > PlannedNetwork.smallestEdge[dimensions] ?? 0,
                let axis = found.patch.lastIndex(of: edge)
            else { return nil }
            var patch = found.patch
            patch[axis] -= 1 << (found.widths.count - 1)
            found = candidate(Self.divisible(patch, dimensions: dimensions), width)
        }
        return found
    }

    private func candidate(_ patch: [Int], _ width: Int) -> Candidate {
        let widths = (0..<Self.levels(patch, dimensions)).map { min(PlannedNetwork.widest, width << $0) }
        return Candidate(patch: patch, widths: widths, bytes: bytes(patch, widths, batch: 2))
    }

    private func isLarge(_ patch: [Int]) -> Bool {
        zip(patch, whole).allSatisfy { $0 >= min($1, PlannedNetwork.wantedEdge[dimensions] ?? 0) }
    }

    /// The network halves all axes alike, so the shortest one decides.
    private static func levels(_ patch: [Int], _ dimensions: Int) -> Int {
        var (levels, edge) = (1, patch.min() ?? 0)
        while edge >= 2 * PlannedNetwork.fewestVoxels, levels < PlannedNetwork.mostLevels[dimensions] ?? 1 {
            (levels, edge) = (levels + 1, edge / 2)
        }
        return levels
    }

    /// The next larger edges that can be halved at each level.
    private static func divisible(_ edges: [Int], dimensions: Int) -> [Int] {
        let smallest = PlannedNetwork.smallestEdge[dimensions] ?? 1
        var result = edges.map { min(max($0, smallest), PlannedNetwork.largestEdge) }
        // Larger edges may have another level, of which all are then multiples.
        while true {
            let multiple = 1 << (levels(result, dimensions) - 1)
            guard result.contains(where: { $0 % multiple != 0 }) else { return result }
            result = result.map { ($0 + multiple - 1) / multiple * multiple }
        }
    }
}
