public import Domain

/// What the catalogue records of one organ in one volume: a mask, or that the organ is absent.
public struct OrganEvidence: Hashable, Sendable {
    public let organ: OrganKey
    /// Whether it is a pseudo label, which applies only where annotations leave a voxel undecided.
    public let isModelMade: Bool
    /// Whether there is a mask to read; without one the organ is absent.
    public let hasMask: Bool
    /// The box in which the evidence is complete, in canonical voxels; nil: everywhere.
    public let extent: VoxelBox?

    public init(organ: OrganKey, isModelMade: Bool, hasMask: Bool, extent: VoxelBox? = nil) {
        (self.organ, self.isModelMade, self.hasMask, self.extent) = (organ, isModelMade, hasMask, extent)
    }
}

/// What is known of one organ, one bit per voxel as in `BitVolume`: certainly inside, certainly outside, or neither.
struct KnowledgePlane {
    private(set) var positive: [UInt64]
    private(set) var negative: [UInt64]

    init(words: Int) {
        positive = Array(repeating: 0, count: words)
        negative = positive
    }

    /// Adds positives where nothing is known yet.
    mutating func learn(positive new: [UInt64]) { Self.fill(&positive, with: new, besides: negative) }
    /// Adds negatives where nothing is known yet.
    mutating func learn(negative new: [UInt64]) { Self.fill(&negative, with: new, besides: positive) }

    /// Adds positives, and removes the negatives that they contradict.
    mutating func claim(_ new: [UInt64]) {
        for i in new.indices {
            positive[i] |= new[i]
            negative[i] &= ~new[i]
        }
    }

    private static func fill(_ plane: inout [UInt64], with new: [UInt64], besides other: [UInt64]) {
        for i in new.indices { plane[i] |= new[i] & ~other[i] }
    }
}

/// The bits of one item of evidence: voxels inside the organ, and voxels examined and outside it.
struct OrganStatement {
    let positive: [UInt64]
    let negative: [UInt64]

    /// - Parameters:
    ///   - foreground: the organ's voxels; nil: none.
    ///   - known: the validity mask; nil: the mask is valid everywhere.
    init(foreground: BitVolume?, known: BitVolume?, extent: VoxelBox?, shape: GridShape) {
        var within = extent.map { BitVolume(shape, filling: $0) } ?? BitVolume(shape, repeating: true)
        if let known { within.formIntersection(known) }
        guard let foreground else {
            (positive, negative) = (Array(repeating: 0, count: within.words.count), within.words)
            return
        }
        var seen = within
        seen.formIntersection(foreground)
        within.subtract(foreground)
        (positive, negative) = (seen.words, within.words)
    }
}
