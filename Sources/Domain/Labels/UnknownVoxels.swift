/// The voxels that no annotation of a volume decides, slice by slice: those that `KnownVoxelRule.fill` leaves unknown, by words instead of
/// bytes. Pseudo labels count as unknown.
public struct UnknownVoxels: Sendable {
    private let rule: KnownVoxelRule
    private let labels: [OrganLabel]
    private let composites: [CompositeLabel]
    private let shape: GridShape
    /// Whether nothing at all is annotated.
    private let isEmpty: Bool

    /// What is known of an organ in a slice.
    private struct KnownPlanes {
        var positive, negative: BitPlane
    }

    /// - Parameters:
    ///   - labels: one per organ, on `shape`.
    ///   - composites: the volume's composite labels, on `shape`.
    public init(_ labels: [OrganLabel], composites: [CompositeLabel], rule: KnownVoxelRule, shape: GridShape) {
        precondition(labels.count == rule.organCount, "one label per organ")
        (self.rule, self.labels, self.composites, self.shape) = (rule, labels, composites, shape)
        isEmpty = composites.isEmpty && labels.allSatisfy { if case .known = $0 { false } else { true } }
    }

    /// The unknown voxels of a slice, by organ; nil: all of them.
    public func planes(z: Int) -> [BitPlane?] {
        var organs = [KnownPlanes?](repeating: nil, count: labels.count)
        guard !isEmpty else { return Array(repeating: nil, count: labels.count) }
        for (organ, label) in labels.enumerated() {
            if case .known(let foreground, let extent, let known) = label {
                organs[organ] = self.known(foreground, within: extent, where: known, z)
            }
        }
        for composite in composites { mark(composite, in: &organs, z) }
        markWholes(&organs)
        markExcluded(&organs)
        let all = plane(filling: VoxelBox(shape), z)
        return organs.map { known in
            known.map { known in all.indices.map { all[$0] & ~(known.positive[$0] | known.negative[$0]) } }
        }
    }

    /// Nil where nothing is known in the slice.
    private func known(
        _ foreground: BitVolume?, within extent: VoxelBox?, where known: BitVolume?, _ z: Int
    ) -> KnownPlanes? {
        let box = extent.map(VoxelBox(shape).intersection) ?? VoxelBox(shape)
        guard !box.isEmpty, (box.lower.z..<box.upper.z).contains(z) else { return nil }
        var (region, positive) = (plane(filling: box, z), BitPlane(repeating: 0, count: shape.planeWords))
        if let known { combine(&region, known.slice(z), &) }
        if let foreground { positive = foreground.slice(z) }
        combine(&positive, region, &)
        combine(&region, positive) { $0 & ~$1 }
        return KnownPlanes(positive: positive, negative: region)
    }

    /// Where a composite label is negative, so are its parts; where it is positive, the organs that all its parts exclude are negative.
    private func mark(_ composite: CompositeLabel, in organs: inout [KnownPlanes?], _ z: Int) {
        guard let found = known(composite.foreground, within: composite.extent, where: composite.known, z) else {
            return
        }
        for part in composite.parts { markNegative(&organs[part], found.negative) }
        for organ in organs.indices
        where !composite.parts.contains(organ)
            && composite.parts.allSatisfy({ rule.excluded(by: $0).contains(organ) })
        {
            markNegative(&organs[organ], found.positive)
        }
    }

    private func markWholes(_ organs: inout [KnownPlanes?]) {
        for pair in rule.wholes {
            guard let part = organs[pair.part]?.positive, part.contains(where: { $0 != 0 }) else { continue }
            var whole = organs[pair.whole] ?? nothing
            for i in part.indices { whole.positive[i] |= part[i] & ~whole.negative[i] }
            organs[pair.whole] = whole
        }
    }

    private func markExcluded(_ organs: inout [KnownPlanes?]) {
        for organ in organs.indices {
            guard let positive = organs[organ]?.positive, positive.contains(where: { $0 != 0 }) else { continue }
            for other in rule.excluded(by: organ) { markNegative(&organs[other], positive) }
        }
    }

    private func markNegative(_ organ: inout KnownPlanes?, _ plane: BitPlane) {
        var known = organ ?? nothing
        for i in plane.indices { known.negative[i] |= plane[i] & ~known.positive[i] }
        organ = known
    }

    private var nothing: KnownPlanes {
        let zeros = BitPlane(repeating: 0, count: shape.planeWords)
        return KnownPlanes(positive: zeros, negative: zeros)
    }

    private func combine(_ plane: inout BitPlane, _ other: BitPlane, _ operation: (UInt64, UInt64) -> UInt64) {
        for i in plane.indices { plane[i] = operation(plane[i], other[i]) }
    }

    private func plane(filling box: VoxelBox, _ z: Int) -> BitPlane {
        let slice = GridShape(shape.x, shape.y, 1)
        let flat = VoxelBox(lower: Vector3(box.lower.x, box.lower.y, 0), upper: Vector3(box.upper.x, box.upper.y, 1))
        return BitVolume(slice, filling: flat).words
    }
}
