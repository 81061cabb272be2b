internal import Domain

/// Which channels of a patch take each other's place where it is flipped from left to right.
public struct ChannelMirror: Hashable, Sendable {
    /// For each organ the one of the other side, itself where it has no side, nil where the other is not among them.
    private let organs: [Int?]

    /// - Parameter organs: for each organ its counterpart, itself, or nil.
    /// - Precondition: counterparts are each other's.
    public init(_ organs: [Int?]) {
        precondition(organs.indices.allSatisfy { i in organs[i].map { organs[$0] == i } ?? true }, "pairs")
        self.organs = organs
    }

    /// Swaps the planes of left and right organs; of those without a counterpart nothing is known any more.
    ///
    /// - Parameters:
    ///   - states: [organ][voxel].
    ///   - composite: [composite label][voxel].
    func apply(
        to states: UnsafeMutableBufferPointer<UInt8>, _ composite: UnsafeMutableBufferPointer<UInt8>,
        compositeSets: [[Int]]
    ) {
        Self.swap(states, organs)
        Self.swap(composite, compositeSets.map { counterpart(of: $0, in: compositeSets) })
    }

    private func counterpart(of parts: [Int], in sets: [[Int]]) -> Int? {
        let other = Set(parts.map { organs[$0] ?? -1 })
        return sets.firstIndex { Set($0) == other }
    }

    private static func swap(_ planes: UnsafeMutableBufferPointer<UInt8>, _ partners: [Int?]) {
        guard !partners.isEmpty else { return }
        let voxels = planes.count / partners.count
        for (plane, partner) in partners.enumerated() {
            let own = UnsafeMutableBufferPointer(rebasing: planes[plane * voxels..<(plane + 1) * voxels])
            guard let partner else {
                own.update(repeating: VoxelKnowledge.unknown)
                continue
            }
            guard partner > plane else { continue }
            let other = UnsafeMutableBufferPointer(rebasing: planes[partner * voxels..<(partner + 1) * voxels])
            for i in own.indices { (own[i], other[i]) = (other[i], own[i]) }
        }
    }
}
