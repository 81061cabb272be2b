public import Domain

/// A label of an import, as far as it can contradict another.
public struct LabelClaim: Sendable, Hashable {
    public let organ: OrganKey
    public let status: LabelStatus
    public let origin: LabelOrigin
    /// Foreground voxels; 0 for an absence.
    public let voxels: Int

    public init(organ: OrganKey, status: LabelStatus, origin: LabelOrigin, voxels: Int) {
        (self.organ, self.status, self.origin, self.voxels) = (organ, status, origin, voxels)
    }

    init(_ label: LabelRecord) {
        self.init(organ: label.organ, status: label.status, origin: label.origin, voxels: label.mask?.voxels ?? 0)
    }
}

/// An annotation that the label of an import competes with: the best of another source, or one of the same release.
public struct CompetingAnnotation: Sendable, Hashable {
    /// Which of the two labels the policy makes current.
    public enum Choice: String, Sendable {
        /// That of the import.
        case new
        /// That of the other source.
        case recorded
        /// The other one, until a person decides: one is absent, the other annotated, and origin and policy do not differ.
        case held
    }

    /// Whose annotation it is.
    public enum Relation: Sendable {
        /// That of another release, a person or a consensus.
        case otherSource
        /// The case's own earlier one, which the new one replaces.
        case sameCase
        /// That of another case of the same scan in the same release.
        case otherCase
    }

    public let organ: OrganKey
    public let status: LabelStatus
    public let origin: LabelOrigin
    /// Nil for an absence.
    public let mask: MaskLocation?
    public let limits: LabelLimits
    /// `DATASET RELEASE`, `DATASET/CASE` for another case of the release, or the name of a person or consensus.
    public let source: String
    public let relation: Relation
    /// Whether one is absent and the other has voxels.
    public let isContradiction: Bool
    public let choice: Choice

    public init(
        organ: OrganKey, status: LabelStatus, origin: LabelOrigin, mask: MaskLocation?, limits: LabelLimits,
        source: String, relation: Relation, isContradiction: Bool, choice: Choice
    ) {
        (self.organ, self.status, self.origin, self.mask) = (organ, status, origin, mask)
        (self.limits, self.source, self.relation) = (limits, source, relation)
        (self.isContradiction, self.choice) = (isContradiction, choice)
    }
}

/// What the catalogue records of a scan outside one case.
public struct KnownScan: Sendable, Hashable {
    /// One image file of it.
    public struct Source: Sendable, Hashable {
        /// `DATASET/CASE`.
        public let name: String
        /// Millimetres along the canonical axes.
        public let spacing: Vector3<Double>
        /// `CT`, `MR` or `other`.
        public let modality: String

        /// Whether the spacing along an axis differs by more than a thousandth.
        public func differs(from other: Vector3<Double>) -> Bool {
            zip([spacing.x, spacing.y, spacing.z], [other.x, other.y, other.z]).contains {
                abs($0 - $1) > max(abs($0), abs($1)) / 1000
            }
        }
    }

    public let volume: VolumeID
    /// In the order of import.
    public let sources: [Source]
}

/// The current annotation of an organ.
public struct CurrentAnnotation: Sendable, Hashable {
    public let organ: OrganKey
    /// `annotated`, with voxels, or `absent`.
    public let status: LabelStatus
    /// `DATASET RELEASE`, or the name of a person or consensus.
    public let source: String
    /// Nil for an absence.
    public let mask: MaskLocation?
    public let limits: LabelLimits
    /// Foreground bounds; nil for an absence.
    public let box: VoxelBox?
}
