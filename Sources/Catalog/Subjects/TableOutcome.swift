import Domain

/// What a table of subjects changed.
public struct TableOutcome: Sendable, Hashable {
    /// Cases of one subject that the table names as different patients.
    public struct Separation: Sendable, Hashable {
        /// The former name of the subject.
        public let subject: String
        /// As the table names them, in order.
        public let keys: [String]
        /// Whether a join by a person was taken apart.
        public let wasByPerson: Bool
    }

    /// Subjects that the table names as one patient.
    public struct Union: Sendable, Hashable {
        public let key: String
        /// A case with that key.
        public let caseName: String
        public let merge: SubjectMerge

        public init(key: String, caseName: String, merge: SubjectMerge) {
            (self.key, self.caseName, self.merge) = (key, caseName, merge)
        }
    }

    /// A case with the scan of another case to which the table gives another subject.
    public struct Contradiction: Sendable, Hashable {
        public let caseName: String
        public let key: String
        /// The case whose subject the scan is of.
        public let other: String
        public let otherKey: String
    }

    public internal(set) var separations: [Separation] = []
    public internal(set) var unions: [Union] = []
    public internal(set) var keys: [KeyChange] = []
    public internal(set) var contradictions: [Contradiction] = []

    public init() {}

    public var isChanged: Bool { !separations.isEmpty || !unions.isEmpty || !keys.isEmpty }
}

/// A key of a subject that a table gave to a subject or took from one.
public struct KeyChange: Sendable, Hashable {
    public enum Effect: Sendable, Hashable {
        /// It was of no subject.
        case named
        /// It was of another subject.
        case moved
        /// It was from the layout and is from a table, or the reverse.
        case stated
        /// No case has it.
        case dropped
    }

    /// `DATASET/KEY`.
    public let name: String
    /// Whether a table names it.
    public let isStated: Bool
    public let effect: Effect
    /// Whether the former subject is removed, so that the present one is removed too.
    public let extendsRemoval: Bool
}

/// A source of a dataset with the key of its subject.
struct KeyedSource: Sendable, Hashable {
    let release: Int32
    let caseName: String
    let volume: VolumeID
    let subject: SubjectID
    let key: String
    let isStated: Bool
    /// False where another case has the same scan, and the newest table gives it to that one's subject.
    let counts: Bool
    /// Whether the key names the subject of the scan now.
    let isBound: Bool
}
