/// What the ontology says about the common voxels of two organs.
public enum OrganPairing: Hashable, Sendable {
    /// They have none.
    case exclusive
    /// The first is a part or a lesion of the second.
    case inside
    /// The second is a part or a lesion of the first.
    case around
}

extension Ontology {
    /// The share of the smaller of two exclusive organs from which common voxels are a contradiction: borders that were drawn
    /// separately overlap a little.
    private static let toleratedOverlap = 0.05

    /// Whether two exclusive organs have so many common voxels that their labels contradict each other.
    /// - Parameters: in voxels.
    public static func isContradiction(shared: Int, _ size: Int, _ otherSize: Int) -> Bool {
        Double(shared) > toleratedOverlap * Double(min(size, otherSize))
    }

    /// Nil where the two may have common voxels or not, and for unknown organs.
    public func pairing(_ organ: OrganKey, _ other: OrganKey) -> OrganPairing? {
        if isInside(organ, other) { return .inside }
        if isInside(other, organ) { return .around }
        return excludes(organ, other) ? .exclusive : nil
    }

    /// Transitive parts of an organ and lesions of it.
    public func organs(inside whole: OrganKey) -> [OrganKey] { organs.map(\.key).filter { isInside($0, whole) } }

    /// Organs of which the organ is a transitive part or a lesion.
    public func organs(around part: OrganKey) -> [OrganKey] { organs.map(\.key).filter { isInside(part, $0) } }

    /// Whether an organ is a transitive part of another, or a lesion of that or of a part of it.
    public func isInside(_ organ: OrganKey, _ whole: OrganKey) -> Bool {
        guard organ != whole, let part = indices[organ], let whole = indices[whole] else { return false }
        if downsets[whole].contains(part) { return true }
        guard let host = organs[part].host.flatMap({ indices[$0] }) else { return false }
        return downsets[whole].contains(host)
    }

    /// Wholes that have voxels although each of their divisions is absent.
    /// - Parameters:
    ///   - hasVoxels: whether the organ is annotated with voxels.
    ///   - isAbsent: whether the organ is absent.
    public func wholesWithoutDivisions(
        hasVoxels: (OrganKey) -> Bool, isAbsent: (OrganKey) -> Bool
    ) -> [(whole: OrganKey, divisions: [OrganKey])] {
        organs.compactMap { organ in
            guard hasVoxels(organ.key) else { return nil }
            let divisions = divisions(of: organ.key)
            return !divisions.isEmpty && divisions.allSatisfy(isAbsent) ? (organ.key, divisions) : nil
        }
    }
}

extension VoxelBox {
    /// Whether the two have a common voxel.
    public func meets(_ other: VoxelBox) -> Bool {
        lower.x < other.upper.x && other.lower.x < upper.x && lower.y < other.upper.y && other.lower.y < upper.y
            && lower.z < other.upper.z && other.lower.z < upper.z
    }
}

extension BitVolume {
    /// Number of voxels that are set in both of two volumes of one shape.
    public func sharedCount(_ other: BitVolume) -> Int {
        precondition(shape == other.shape, "volumes of one shape")
        return words.withUnsafeBufferPointer { one in
            other.words.withUnsafeBufferPointer { two in
                one.indices.reduce(0) { $0 + (one[$1] & two[$1]).nonzeroBitCount }
            }
        }
    }
}
