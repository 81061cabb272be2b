public import Domain

/// The labels of a case in a release, and those of its single annotators.
public struct CaseLabels: Sendable {
    public var labels: [LabelRecord]
    /// Annotated or absent; recorded as proposals and never current. The list of an annotator is complete.
    public var annotators: [(name: String, labels: [LabelRecord])]
    /// Whether labels that contradict an annotation of equal rank and origin are recorded without being held.
    public var areContradictionsAccepted: Bool

    public init(
        _ labels: [LabelRecord], annotators: [(name: String, labels: [LabelRecord])] = [],
        areContradictionsAccepted: Bool = false
    ) {
        precondition(annotators.allSatisfy { !$0.name.isEmpty }, "an annotator has a name")
        (self.labels, self.annotators) = (labels, annotators)
        self.areContradictionsAccepted = areContradictionsAccepted
    }
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
