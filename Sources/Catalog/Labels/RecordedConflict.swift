public import Domain

/// One of two annotations of an organ in a volume.
public struct ConflictSide: Sendable, Hashable {
    public let annotation: Int64
    /// `DATASET RELEASE`, or the name of a person or consensus.
    public let source: String
    public let status: LabelStatus
    public let origin: LabelOrigin
    /// Nil for an absence.
    public let mask: MaskLocation?
    public let limits: LabelLimits
    /// Whether a person or a consensus made it, and not a release.
    public let isPersonal: Bool
    /// Whether it is held for a decision.
    public let isHeld: Bool
}

/// Two annotations of one organ in one volume that differ.
public struct DifferingAnnotations: Sendable, Hashable {
    public let volume: VolumeID
    /// `DATASET/CASE` of a source of the volume, if possible of the requested dataset.
    public let caseName: String?
    public let shape: GridShape
    public let organ: OrganKey
    /// The current one; nil where a held label is the only one left.
    public let current: ConflictSide?
    public let other: ConflictSide
    /// Whether one is absent and the other has voxels; else both have masks that differ.
    public let isContradiction: Bool
    /// Whether the two masks were compared before.
    public let isCompared: Bool
    /// Of an earlier comparison; nil where no voxel of either is known in both.
    public let dice: Double?
}

/// A Dice coefficient of two annotations, to be recorded.
public struct AnnotationOverlap: Sendable, Hashable {
    public let first: Int64
    public let second: Int64
    /// 0 to 1; nil where no voxel of either is known in both.
    public let dice: Double?

    public init(_ one: Int64, _ other: Int64, dice: Double?) {
        (first, second, self.dice) = (min(one, other), max(one, other), dice)
    }
}

/// Two sources of a volume whose headers differ.
public struct DifferingHeaders: Sendable, Hashable {
    public enum Kind: String, Sendable {
        case modality, spacing
    }

    public let kind: Kind
    public let volume: VolumeID
    /// `DATASET/CASE`, if possible of the requested dataset.
    public let caseName: String
    /// The volume's first source.
    public let first: KnownScan.Source
    public let other: KnownScan.Source
}

/// An organ that is absent although a part or a lesion of it is annotated.
public struct AnnotatedInAbsent: Sendable, Hashable {
    public let volume: VolumeID
    /// `DATASET/CASE` of a source of the volume, if possible of the requested dataset.
    public let caseName: String?
    public let absent: OrganKey
    public let absentSource: String
    public let annotated: OrganKey
    public let annotatedSource: String
    public let mask: MaskID
}
