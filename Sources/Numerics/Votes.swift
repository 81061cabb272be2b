public import Domain

/// Who knows a voxel and who marked it, a bit for each mask; nobody marks what it does not know.
struct Decision: Hashable {
    let known: Int
    let yes: Int
}

/// How many voxels were decided so.
struct DecisionCount {
    let decision: Decision
    let voxels: Double
}

extension Consensus {
    /// What several masks say of each voxel of one volume: yes, no, or nothing.
    public struct Votes: Sendable {
        /// Each within its region.
        private let masks: [BitVolume]
        /// Nil: everywhere.
        private let known: [BitVolume?]
        private let shape: GridShape

        /// - Parameter known: where each mask votes; nil: each everywhere.
        /// - Precondition: 1 to 16 masks, equal shapes.
        public init(_ masks: [BitVolume], known: [KnownRegion]? = nil) {
            precondition((1...16).contains(masks.count), "1 to 16 masks")
            precondition(masks.allSatisfy { $0.shape == masks[0].shape }, "masks of one shape")
            precondition(known == nil || known?.count == masks.count, "a region for each mask")
            shape = masks[0].shape
            self.known = known?.map(\.voxels) ?? masks.map { _ in nil }
            self.masks = known.map { regions in zip(regions, masks).map { $0.restrict($1) } } ?? masks
        }

        public var count: Int { masks.count }

        /// The decisions that occur in the smallest box around all masks; nil where all are empty.
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

        /// The marked voxels whose decision is wanted.
        func volume(_ isWanted: (Decision) -> Bool) -> BitVolume {
            var result = BitVolume(shape)
            var last: (decision: Decision, isWanted: Bool)?
            forEachMarked { index, decision in
                if last?.decision != decision { last = (decision, isWanted(decision)) }
                if last?.isWanted == true { result[index] = true }
            }
            return result
        }

        /// The voxels of which enough masks know.
        /// - Parameter isEnough: told how many masks know a voxel; true for all of them.
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

        /// Voxels that at least one mask has.
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
