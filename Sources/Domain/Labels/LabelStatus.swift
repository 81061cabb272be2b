/// The status of one organ in one volume.
public enum LabelStatus: String, Sendable, Hashable, CaseIterable, Codable {
    /// There is a mask that is complete within its extent.
    case annotated
    /// A person examined the volume, and the organ is not present.
    case absent
    /// A model made the mask, in a round of Lacuna or in a public release.
    case pseudo
    /// Nobody examined the volume for the organ.
    case unlabelled
}

/// The origin of a label.
public enum LabelOrigin: String, Sendable, Hashable, CaseIterable, Codable {
    /// A person drew or corrected it.
    case expert
    /// A model drafted it; whether a person checked it depends on the dataset.
    case assisted
    /// A pseudo label that a person accepted or edited.
    case reviewed
    /// A model alone; the only origin of a pseudo label.
    case model

    /// Precedence among competing annotations of one organ; the smallest rank becomes current.
    public var rank: Int {
        switch self {
        case .expert: 0
        case .reviewed: 1
        case .assisted: 2
        case .model: 3
        }
    }
}

/// A part of a split. Subjects in no part are unassigned.
public enum SplitPart: String, Sendable, Hashable, CaseIterable, Codable {
    case train, confidence, validation, test
}
