public import Domain
public import Postgres

/// A daemon's claim on a run. Every write passes it, and fails after another daemon took over the run.
public struct Claim: Sendable, Hashable {
    public let job: JobID
    public let token: Int64

    public init(job: JobID, token: Int64) { (self.job, self.token) = (job, token) }
}

/// A run to be started.
public struct RunStart: Sendable {
    public var name: String
    /// The whole configuration as a JSON object, for people to read.
    public var config: JSONText
    public var configDigest: Digest
    public var seed: Int
    public var split: String
    /// The origins whose annotations are used.
    public var origins: [LabelOrigin]
    public var trainsUnassigned: Bool
    public var organs: [OrganKey]
    /// The organs whose annotations are used for an organ of the run, the preferred one first; an organ without an entry is used
    /// for itself.
    public var classMapping: [OrganKey: [OrganKey]]
    /// Only volumes of these modalities are read.
    public var modalities: [String]
    /// One for each round that relabels; the last round is an additional one and publishes nothing.
    public var gammas: [Double]

    public init(
        name: String, config: JSONText, configDigest: Digest, seed: Int, split: String, origins: [LabelOrigin],
        trainsUnassigned: Bool, organs: [OrganKey], classMapping: [OrganKey: [OrganKey]] = [:], modalities: [String],
        gammas: [Double]
    ) {
        (self.name, self.config, self.configDigest, self.seed) = (name, config, configDigest, seed)
        (self.split, self.origins, self.trainsUnassigned) = (split, origins, trainsUnassigned)
        (self.organs, self.classMapping) = (organs, classMapping)
        (self.modalities, self.gammas) = (modalities, gammas)
    }
}

/// A run as the database has it.
public struct StoredRun: Sendable, Hashable {
    public let id: RunID
    public let name: String
    public let configDigest: Digest
    public let isFinished: Bool
    /// The run uses the annotations as of this revision.
    public let revision: Revision
}

/// The run that a round belongs to.
public struct RunOfRound: Sendable, Hashable {
    public let run: RunID
    public let name: String
    /// The sections of the configuration as a JSON object.
    public let configuration: JSONText
    /// Of the round.
    public let number: Int
}

/// A volume that a run may read, with the file that its voxels are read from.
public struct RunVolume: Sendable, Hashable {
    public let id: VolumeID
    public let subject: SubjectID
    /// Unassigned subjects of a run that trains on them count as `train`.
    public let part: SplitPart
    public let shape: GridShape
    public let modality: String
    public let root: String
    /// Relative to `root`.
    public let file: String
    /// Of the file.
    public let sha256: Digest
    /// Canonical voxel indices to RAS+ millimetres.
    public let affine: Affine

    package init(
        id: VolumeID, subject: SubjectID, part: SplitPart, shape: GridShape, modality: String, root: String,
        file: String, sha256: Digest, affine: Affine
    ) {
        (self.id, self.subject, self.part, self.shape, self.modality) = (id, subject, part, shape, modality)
        (self.root, self.file, self.sha256, self.affine) = (root, file, sha256, affine)
    }
}

/// How many voxels a mask has, on the volume's own grid.
public struct MaskSize: Sendable, Hashable {
    public let voxels: Int
    /// Those of its validity mask; nil where it is valid everywhere within its extent.
    public let known: Int?

    package init(voxels: Int, known: Int?) { (self.voxels, self.known) = (voxels, known) }
}

/// An annotation of a run's snapshot; `mask` is nil where the organ is absent.
public struct RunLabel: Sendable, Hashable {
    public let volume: VolumeID
    public let part: SplitPart
    public let organ: OrganKey
    /// Where it is complete, in canonical voxels; nil: everywhere.
    public let extent: VoxelBox?
    public let mask: MaskLocation?
    /// Of the mask; nil without one, and where it was not asked for.
    public var size: MaskSize?

    package init(
        volume: VolumeID, part: SplitPart, organ: OrganKey, extent: VoxelBox?, mask: MaskLocation?,
        size: MaskSize? = nil
    ) {
        (self.volume, self.part, self.organ, self.extent) = (volume, part, organ, extent)
        (self.mask, self.size) = (mask, size)
    }
}

/// A pseudo label that the run showed once a round was published; `confidence`, from 0 to 1, is nil where the mask is empty.
public struct RoundLabel: Sendable, Hashable {
    public let volume: VolumeID
    public let organ: OrganKey
    public let confidence: Double?
    public let mask: MaskLocation
    /// Whether the mask is of an earlier round, because the round withheld its own.
    public let isEarlier: Bool
    /// Of the mask; nil where it was not asked for.
    public var size: MaskSize?
}

/// A round as the database has it.
public struct StoredRound: Sendable, Hashable {
    public let id: RoundID
    public let number: Int
    public let state: String
    /// The round's results as the daemon stores them, a JSON object.
    public let record: JSONText
    /// The revision at which its labels became visible; nil before.
    public let revision: Revision?
    /// The number of labels staged or published.
    public let labels: Int
    /// The number of masks that were predicted and withheld.
    public let withheldMasks: Int
}

/// What a checkpoint has the parameters of.
public enum CheckpointKind: String, Sendable { case network, confidence }

/// A recorded checkpoint, with the object that contains its parameters.
public struct CheckpointRecord: Sendable, Hashable {
    public let id: CheckpointID
    public let step: Int
    public let object: Digest
}

/// The result of a round for one organ of one held-out volume.
public struct EvaluationRecord: Sendable, Hashable {
    public var volume: VolumeID
    public var organ: OrganKey
    /// Nil where both masks are empty.
    public var dice: Double?
    /// The confidence that the predicted mask would have as a pseudo label; nil where it is empty.
    public var confidence: Double?
    /// The soft Dice that the predicted mask would have as a pseudo label; nil where it is empty.
    public var softDice: Double?
    public var predictedMillilitres: Double
    public var referenceMillilitres: Double

    public init(
        volume: VolumeID, organ: OrganKey, dice: Double?, confidence: Double? = nil, softDice: Double? = nil,
        predictedMillilitres: Double, referenceMillilitres: Double
    ) {
        (self.volume, self.organ, self.dice) = (volume, organ, dice)
        (self.confidence, self.softDice) = (confidence, softDice)
        (self.predictedMillilitres, self.referenceMillilitres) = (predictedMillilitres, referenceMillilitres)
    }
}

/// The mean Dice of an organ on volumes of the part validation, of a network in training.
public struct ValidationRecord: Sendable, Hashable {
    public var organ: OrganKey
    /// 0 to 1; nil where no volume has one.
    public var dice: Double?
    /// The volumes that have one.
    public var volumes: Int

    public init(organ: OrganKey, dice: Double?, volumes: Int) {
        (self.organ, self.dice, self.volumes) = (organ, dice, volumes)
    }
}

/// The sizes of an organ's annotated masks in the training volumes of a run, without those that may be truncated.
public struct AnnotatedSize: Sendable, Hashable {
    public let masks: Int
    /// Millilitres.
    public let smallest, largest: Double

    public init(masks: Int, smallest: Double, largest: Double) {
        (self.masks, self.smallest, self.largest) = (masks, smallest, largest)
    }
}

/// The Dice of an organ in a held-out volume, 0 to 1.
public struct VolumeDice: Sendable, Hashable {
    public let volume: VolumeID
    public let organ: OrganKey
    public let dice: Double
}

/// How precise selected shares of an organ's predicted positives are, on held-out volumes.
public struct SelectionRecord: Sendable, Hashable {
    /// 1/20, 2/20, … 20/20.
    public static let shares = (1...20).map { Double($0) / 20 }

    public var organ: OrganKey
    /// The predicted positive voxels whose truth is known.
    public var positives: Int
    /// The share of right voxels among each share, ranked by the confidence.
    public var byConfidence: [Double]
    /// The same, ranked by the probability.
    public var byProbability: [Double]

    public init(organ: OrganKey, positives: Int, byConfidence: [Double], byProbability: [Double]) {
        (self.organ, self.positives) = (organ, positives)
        (self.byConfidence, self.byProbability) = (byConfidence, byProbability)
    }
}

/// A pseudo mask with its bytes stored; `confidence` is nil where it is empty.
public struct StagedMask: Sendable, Hashable {
    public var organ: OrganKey
    public var mask: StoredMask
    public var confidence: Double?
    public var quality: MaskQuality?
    /// Why the mask is withheld; nil: it becomes a label.
    public var withheld: String?

    public init(
        organ: OrganKey, mask: StoredMask, confidence: Double?, quality: MaskQuality? = nil, withheld: String? = nil
    ) {
        (self.organ, self.mask, self.confidence) = (organ, mask, confidence)
        (self.quality, self.withheld) = (quality, withheld)
    }
}

/// The run from whose weights another one starts.
public struct RunOrigin: Sendable, Hashable {
    /// Its name.
    public let run: String
    /// The network of its last round that has one; nil where none of its checkpoints has bytes any more.
    public let weights: Digest?
}
