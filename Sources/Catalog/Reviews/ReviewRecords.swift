public import Domain

/// What happened in the review of an organ in a volume.
public enum ReviewAction: String, Sendable, Hashable, CaseIterable {
    case assign, accept, reject, submit, absent, skip
    /// A person imported another mask over a reviewed one.
    case edit
}

/// The state of the review of an organ in a volume.
public enum ReviewState: String, Sendable, Hashable, CaseIterable {
    /// A predicted mask waits for a decision.
    case proposed
    /// A person was assigned, or a reviewed label was edited and waits to be accepted.
    case inReview = "in_review"
    case accepted, rejected, edited, absent
}

/// What a person decided about a mask.
public struct ReviewDecision: Sendable, Hashable {
    public var volume: VolumeID
    public var organ: OrganKey
    /// Not `edit`.
    public var action: ReviewAction
    /// The mask that was looked at; nil where there was none to look at, which is refused.
    public var mask: MaskID?
    public var person: String
    /// No patient data.
    public var reason: String?
    /// How long it took.
    public var minutes: Double?
    /// The Dice of the mask that was looked at and the one that was made.
    public var dice: Double?
    /// Of an assignment: how many persons are to decide.
    public var readers = 1
    /// Whether it takes effect although two readers are to decide.
    public var adjudicates = false
    /// The decision of the other reader, and how this one compares with it; nil where there is none.
    public var agreement: ReaderAgreement?

    public init(volume: VolumeID, organ: OrganKey, action: ReviewAction, mask: MaskID?, person: String) {
        (self.volume, self.organ, self.action, self.mask, self.person) = (volume, organ, action, mask, person)
    }
}

/// How the decisions of two readers about one mask compare.
public struct ReaderAgreement: Sendable, Hashable {
    /// The event of the other reader.
    public var other: Int64
    public var agrees: Bool
    /// Of the masks of the two; nil where one of them has none.
    public var dice: Double?
    /// The share of the two surfaces within 2 mm of each other.
    public var nsd: Double?

    public init(with other: Int64, agrees: Bool, dice: Double? = nil, nsd: Double? = nil) {
        (self.other, self.agrees, self.dice, self.nsd) = (other, agrees, dice, nsd)
    }
}

/// Who else decides about a mask.
public struct ReviewReaders: Sendable, Hashable {
    /// A decision that waits for a second one.
    public struct Opinion: Sendable, Hashable {
        public let event: Int64
        public let action: ReviewAction
        public let person: String
        /// Nil for a rejection and an absence.
        public let mask: MaskID?
    }

    public let needsTwo: Bool
    /// The newest of another person.
    public let opinion: Opinion?
}

/// A decision as it was recorded.
public struct RecordedReview: Sendable, Hashable {
    /// The mask of the annotation that was made or accepted; nil where none was.
    public let mask: MaskID?
    /// Whether the label changed.
    public let isChange: Bool
}

/// The mask of an organ in a volume that a decision is about now.
public struct ReviewTarget: Sendable, Hashable {
    /// Nil where the organ is recorded as absent.
    public let mask: MaskLocation?
    /// Whether it is the current label, and not a withheld mask.
    public let isLabel: Bool
    /// Whether the label is an annotation.
    public let isAnnotation: Bool
    public let limits: LabelLimits
}

/// The state of a review.
public struct ReviewRow: Sendable, Hashable {
    public let volume: VolumeID
    /// `DATASET/CASE`.
    public let caseName: String?
    public let organ: OrganKey
    public let state: ReviewState
    public let person: String
    /// The mask that was looked at.
    public let mask: MaskID?
    /// The mask of the annotation that was made or accepted.
    public let made: MaskID?
    /// ISO 8601, in UTC.
    public let time: String
}

/// One event of a review.
public struct ReviewEvent: Sendable, Hashable {
    public let id: Int64
    public let action: ReviewAction
    /// Nil: as before.
    public let state: ReviewState?
    public let person: String
    /// The database login.
    public let login: String
    public let reason: String?
    public let mask: MaskID?
    public let made: MaskID?
    /// Of the two masks.
    public let dice: Double?
    public let minutes: Double?
    /// Nil where no label changed.
    public let revision: Revision?
    /// ISO 8601, in UTC.
    public let time: String
    /// Whether it waits for another reader.
    public let isOpinion: Bool
    /// Nil where it was compared with none.
    public let agreement: ReaderAgreement?
}

/// A mask that waits for a decision, with what speaks for looking at it.
public struct ReviewCandidate: Sendable, Hashable {
    public var volume: VolumeID
    /// `DATASET/CASE`.
    public var caseName: String?
    public var organ: OrganKey
    /// The place of the organ in the catalogue.
    public var position: Int
    public var mask: MaskID
    public var quality: MaskQuality?
    /// Why its round withheld it; nil for a label.
    public var withheld: String?
    /// Foreground voxels.
    public var voxels: Int
    /// Foreground voxels of the mask of the round before; nil without one.
    public var voxelsBefore: Int?
    /// Nil where the volume's sources disagree on spacing.
    public var millilitres: Double?
    /// Annotations of the organ that the current run trains on.
    public var annotations: Int
    /// The median of the recorded minutes of the organ; nil where none is recorded.
    public var medianMinutes: Double?
    /// Who is to decide; empty: anybody.
    public var assigned: [String]
    /// Who skipped this mask, or decided and waits for another reader.
    public var skippedBy: [String]

    public init(volume: VolumeID, organ: OrganKey, position: Int, mask: MaskID, voxels: Int) {
        (self.volume, self.organ, self.position, self.mask, self.voxels) = (volume, organ, position, mask, voxels)
        (annotations, assigned, skippedBy) = (0, [], [])
    }
}

/// What was decided about an organ by a person.
public struct ReviewTotals: Sendable, Hashable {
    public let organ: OrganKey
    public let person: String
    public let accepted: Int
    public let rejected: Int
    public let edited: Int
    public let absent: Int
    public let skipped: Int
    /// The mean Dice of proposed and submitted masks; nil where none was measured.
    public let dice: Double?
    /// Recorded minutes, all together.
    public let minutes: Double?
    /// The median of the recorded minutes.
    public let medianMinutes: Double?
    /// Decisions that were compared with another reader's.
    public let compared: Int
    /// Those that agree.
    public let agreeing: Int
    /// The mean Dice of the masks of two readers; nil without any.
    public let agreementDice: Double?
    /// The mean share of their surfaces within 2 mm of each other.
    public let agreementNSD: Double?
}
