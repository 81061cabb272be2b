public import Domain

/// What recording one case changed.
public struct RecordedCase: Sendable, Hashable {
    public var volume: VolumeID
    public var isNewVolume: Bool
    public var isNewSource: Bool
    public var newLabels: Int
    /// Organs whose labels the case's files no longer contain.
    public var takenBack: [OrganKey]
    /// Organs whose labels are held for a decision, because they contradict an annotation of equal rank and origin.
    public var held: [OrganKey] = []
    /// What it changed of the labels of single annotators, by name.
    public var annotators: [RecordedAnnotator] = []
    /// Label files that are new or have other bytes than before.
    public var newFiles: Int
    /// Merges of subjects that the case caused.
    public var merges: [SubjectMerge]
    /// Whether the case set the modality of a known volume that had none, or corrected that of its source.
    public var statesModality: Bool

    public var isUnchanged: Bool {
        !isNewVolume && !isNewSource && newLabels == 0 && takenBack.isEmpty && newFiles == 0 && merges.isEmpty
            && !statesModality && annotators.allSatisfy { $0.newLabels == 0 && $0.takenBack.isEmpty }
    }
}

/// What recording the labels of one annotator of a case changed.
public struct RecordedAnnotator: Sendable, Hashable {
    public var name: String
    public var newLabels: Int
    /// Organs whose labels the annotator's files no longer contain.
    public var takenBack: [OrganKey]
}
