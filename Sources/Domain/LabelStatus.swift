/// What is known about one organ in one volume.
public enum LabelStatus: String, Sendable, Hashable, CaseIterable, Codable {
    /// A mask exists that is complete within its extent.
    case annotated
    /// Somebody examined the volume and the organ is not there.
    case absent
    /// A model made the mask: in one of our rounds, or in a public release that says so.
    case pseudo
    /// Nobody looked.
    case unlabelled
}

/// Who stands behind a label.
public enum LabelOrigin: String, Sendable, Hashable, CaseIterable, Codable {
    /// A person drew or corrected it.
    case expert
    /// A model drafted it; a person checked it or not, as the dataset says.
    case assisted
    /// A pseudo label that a person accepted or edited.
    case reviewed
    /// A model alone; the only origin of a pseudo label.
    case model

    /// Order in which competing annotations of one organ become current: the smaller, the better.
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
