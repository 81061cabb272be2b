public import Domain

/// The labels of a case in a release, and those of its single annotators.
public struct CaseLabels: Sendable {
    public var labels: [LabelRecord]
    /// Annotated or absent; recorded as proposals and never current. The list of an annotator is complete.
    public var annotators: [(name: String, labels: [LabelRecord])]
    /// Which labels that contradict others are used instead of being held.
    public var acceptance: ContradictionAcceptance

    public init(
        _ labels: [LabelRecord], annotators: [(name: String, labels: [LabelRecord])] = [],
        acceptance: ContradictionAcceptance = .none
    ) {
        precondition(annotators.allSatisfy { !$0.name.isEmpty }, "an annotator has a name")
        (self.labels, self.annotators) = (labels, annotators)
        self.acceptance = acceptance
    }
}

/// Which labels of a case a person accepts although they contradict others.
public enum ContradictionAcceptance: Sendable, Hashable {
    case none
    /// Those that contradict other sources, but not those that contradict another case of the same scan in the same release: of
    /// these, only one can be used.
    case unlessOfOneRelease
    /// All: the case was named.
    case all
}

/// The label of one organ in one volume in a release.
public struct LabelRecord: Sendable {
    public var organ: OrganKey
    /// `annotated`, `absent`, or `pseudo` for a model-made label.
    public var status: LabelStatus
    public var origin: LabelOrigin
    /// Present unless the status is `absent`.
    public var mask: StoredMask?
    /// Where the annotation is complete; nil: everywhere.
    public var extent: VoxelBox?
    /// The label file it was read from: an index into the files recorded with it.
    public var file: Int?
    /// Further files that it was read from, as indices too.
    public var otherFiles: [Int]

    public init(
        organ: OrganKey, status: LabelStatus, origin: LabelOrigin, mask: StoredMask?, extent: VoxelBox? = nil,
        file: Int?, otherFiles: [Int] = []
    ) {
        (self.organ, self.status, self.origin) = (organ, status, origin)
        (self.mask, self.extent, self.file, self.otherFiles) = (mask, extent, file, otherFiles)
    }
}
