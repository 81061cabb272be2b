public import Domain

/// Two sources that contradict each other in whose scans they are.
public struct DifferingSubjects: Sendable, Hashable {
    public enum Evidence: String, Sendable {
        /// One volume, under the keys of two subjects.
        case voxels
        /// Two subjects with one patient identifier in one dataset, which was not used.
        case patient
        /// Two subjects with one study identifier, which was not used.
        case study
        /// One subject with two patient identifiers in one dataset.
        case patients
    }

    public let evidence: Evidence
    /// Of the second source.
    public let volume: VolumeID
    /// `DATASET/CASE`.
    public let first: String
    public let firstSubject: String
    /// `DATASET/CASE`.
    public let other: String
    public let otherSubject: String
    /// Whether a person or a table of subjects named them as different patients.
    public let areApart: Bool
}
