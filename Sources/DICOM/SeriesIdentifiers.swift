public import Domain
internal import Hashing

/// The identifiers of patient, study and series in the files. They are available only as salted hashes, and never
/// printed.
public struct SeriesIdentifiers: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    private let patient: String?
    private let study: String?
    private let series: String?

    init(patient: String?, study: String?, series: String?) {
        (self.patient, self.study, self.series) = (patient, study, series)
    }

    /// The identifiers, each hashed with the salt and its kind; nil where the files have none.
    public struct Hashed: Hashable, Sendable {
        /// Also nil for an identifier that anonymised files have in common, such as `ANONYMOUS` or `0000`.
        public let patient: Digest?
        public let study: Digest?
        public let series: Digest?
    }

    /// SHA-256 over the salt, "lacuna KIND 1\n" and the identifier.
    public func hashed(salt: [UInt8]) -> Hashed {
        func hash(_ kind: String, _ value: String?) -> Digest? {
            guard let value else { return nil }
            var hasher = SHA256()
            hasher.update(salt)
            hasher.update(Array("lacuna \(kind) 1\n\(value)".utf8))
            return hasher.finalize()
        }
        return Hashed(
            patient: hash("patient", patient.flatMap { Self.isIdentifying($0) ? $0 : nil }),
            study: hash("study", study),
            series: hash("series", series))
    }

    func isSameSeries(as other: SeriesIdentifiers) -> Bool { series == other.series }

    /// Whether an identifier can be that of one person: it has at least four characters and two different digits.
    private static func isIdentifying(_ patient: String) -> Bool {
        patient.count >= 4 && Set(patient.filter(\.isNumber)).count > 1
    }

    public var description: String { "hidden" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
