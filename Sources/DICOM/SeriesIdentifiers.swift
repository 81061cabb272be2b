public import Domain
internal import Hashing

/// A patient's, a study's and a series' identifier as the files have them. They leave this type only as salted hashes, and
/// it prints none of them.
public struct SeriesIdentifiers: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    private let patient: String?
    private let study: String?
    private let series: String?

    init(patient: String?, study: String?, series: String?) {
        (self.patient, self.study, self.series) = (patient, study, series)
    }

    /// The identifiers, each hashed with the salt and its own kind; nil where the files leave one out.
    public struct Hashed: Hashable, Sendable {
        /// Also nil where the identifier is one that anonymised files share, such as `ANONYMOUS` or `0000`.
        public let patient: Digest?
        public let study: Digest?
        public let series: Digest?
    }

    public func hashed(salt: [UInt8]) -> Hashed {
        func hash(_ kind: String, _ value: String?) -> Digest? {
            guard let value else { return nil }
            var hasher = SHA256()
            hasher.update(salt)
            hasher.update(Array("lacuna \(kind) 1\n\(value)".utf8))
            return hasher.finalize()
        }
        return Hashed(
            patient: hash("patient", patient.flatMap { Self.isTelling($0) ? $0 : nil }), study: hash("study", study),
            series: hash("series", series))
    }

    func isSameSeries(as other: SeriesIdentifiers) -> Bool { series == other.series }

    /// An identifier of one person has at least four characters and two different digits.
    private static func isTelling(_ patient: String) -> Bool {
        patient.count >= 4 && Set(patient.filter(\.isNumber)).count > 1
    }

    public var description: String { "hidden" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
