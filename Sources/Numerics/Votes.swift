public import Domain

/// The votes at a voxel, one bit per mask; `yes` is a subset of `known`.
struct Decision: Hashable {
    /// The masks that are known at the voxel.
    let known: Int
    /// The masks that set the voxel.
    let yes: Int
}

/// The number of voxels with a decision.
struct DecisionCount {
    let decision: Decision
    let voxels: Double
}

extension Consensus {
    /// A mask and the region at which it votes.
    public struct Ballot: Sendable, Hashable {
        public let mask: BitVolume
        public let region: KnownRegion

        /// - Precondition: mask and region have equal shapes.
        public init(mask: BitVolume, region: KnownRegion) {
            precondition(mask.shape == region.shape, "a mask and a region of equal shape")
            (self.mask, self.region) = (mask, region)
        }
    }

    /// The votes of several masks at each voxel of one volume: yes, no, or none.
    public struct Votes: Sendable {
        /// Each restricted to its region.
        private let masks: [BitVolume]
        /// Nil: everywhere.
        private let known: [BitVolume?]
        private let shape: GridShape

        /// - Precondition: 1 to 16 ballots of equal shapes.
        public init(_ ballots: [Ballot]) {
            precondition((1...16).contains(ballots.count), "1 to 16 masks")
            shape = ballots[0].mask.shape
            precondition(ballots.allSatisfy { [shape] in $0.mask.shape == shape }, "masks of equal shape")
            known = ballots.map(\.region.voxels)
            masks = ballots.map { $0.region.restrict($0.mask) }
        }

        /// Number of ballots.
        public var count: Int { masks.count }

        /// The decisions in the smallest box around all masks; nil where all masks are empty.
        func countsInBox() -> [DecisionCount]? {
            var counts: [Decision: Int] = [:]
            var (lower, upper) = (Vector3(shape.x, shape.y, shape.z), Vector3(-1, -1, -1))
            forEachMarked { index, decision in
                counts[decision, default: 0] += 1
                let place = Vector3(index % shape.x, index / shape.x % shape.y, index / (shape.x * shape.y))
                lower = lower.lowered(to: place)
                upper = upper.raised(to: place)
            }
            guard upper.x >= 0 else { return nil }
            countUnmarked(VoxelBox(lower: lower, upper: upper &+ Vector3(repeating: 1)), &counts)
            let order = counts.keys.sorted { ($0.known, $0.yes) < ($1.known, $1.yes) }
            return order.map { DecisionCount(decision: $0, voxels: Double(counts[$0] ?? 0)) }
        }

        private func countUnmarked(_ box: VoxelBox, _ counts: inout [Decision: Int]) {
            guard known.contains(where: { $0 != nil }) else {
                let unmarked = box.shape.count - counts.values.reduce(0, +)
                if unmarked > 0 { counts[Decision(known: 1 << count - 1, yes: 0)] = unmarked }
                return
            }
            var unmarked = [Int](repeating: 0, count: 1 << count)
            for z in box.lower.z..<box.upper.z {
                for y in box.lower.y..<box.upper.y {
                    let start = shape.index(box.lower.x, y, z)
                    for index in start..<start + box.size.x where !masks.contains(where: { $0[index] }) {
                        unmarked[knowing(index)] += 1
                    }
                }
            }
            for (known, voxels) in unmarked.enumerated().dropFirst() where voxels > 0 {
                counts[Decision(known: known, yes: 0)] = voxels
            }
        }

        /// The voxels that are set in at least one mask and whose decision is selected.
        func volume(_ isWanted: (Decision) -> Bool) -> BitVolume {
            var result = BitVolume(shape)
            var last: (decision: Decision, isWanted: Bool)?
            forEachMarked { index, decision in
                if last?.decision != decision { last = (decision, isWanted(decision)) }
                if last?.isWanted == true { result[index] = true }
            }
            return result
        }

        /// The voxels at which enough masks are known.
        /// - Parameter isEnough: decides by the number of masks known at a voxel; true for all masks.
        func region(_ isEnough: (Int) -> Bool) -> KnownRegion {
            guard known.contains(where: { $0 != nil }) else { return KnownRegion(everywhere: shape) }
            var result = BitVolume(shape)
            for index in 0..<shape.count { result[index] = isEnough(knowing(index).nonzeroBitCount) }
            return KnownRegion(result)
        }

        private func knowing(_ index: Int) -> Int {
            var pattern = 0
            for (j, region) in known.enumerated() where region?[index] ?? true { pattern |= 1 << j }
            return pattern
        }

        /// Calls `body` with the voxels that are set in at least one mask.
        private func forEachMarked(_ body: (_ index: Int, _ decision: Decision) -> Void) {
            for word in masks[0].words.indices {
                var any = masks.reduce(0) { $0 | $1.words[word] }
                while any != 0 {
                    let bit = any.trailingZeroBitCount
                    any &= any - 1
                    var yes = 0
                    for (j, mask) in masks.enumerated() { yes |= Int(mask.words[word] >> UInt64(bit) & 1) << j }
                    body(word << 6 + bit, Decision(known: knowing(word << 6 + bit), yes: yes))
                }
            }
        }
    }
}
