/// A source's statement of the licence of a release.
public struct LicenceStatement: Hashable, Sendable {
    /// The licence's text or name, as in the source.
    public let text: String
    /// Where that was read.
    public let source: String

    public init(text: String, source: String) { (self.text, self.source) = (text, source) }

    /// The statement recorded for a dataset whose files state no licence.
    public static let missing = LicenceStatement(text: "not stated", source: "none found beside the files")

    /// Whether this is `missing`.
    public var isMissing: Bool { self == .missing }
}

/// The terms of a licence, as far as they follow from its name.
public struct LicenceTerms: Hashable, Sendable {
    public enum Commerce: Hashable, Sendable {
        case allowed, forbidden
        /// The text does not state it, or is not recognised.
        case unclear
    }

    public let commerce: Commerce
    /// Whether sharing adapted material is forbidden.
    public let forbidsDerivatives: Bool
    /// Whether adapted material may be shared only under the same licence.
    public let isShareAlike: Bool

    public init(commerce: Commerce, forbidsDerivatives: Bool = false, isShareAlike: Bool = false) {
        (self.commerce, self.forbidsDerivatives, self.isShareAlike) = (commerce, forbidsDerivatives, isShareAlike)
    }

    /// Parses the name of a licence: Creative Commons in any spelling, and the common software licences.
    ///
    /// An unrecognised text is `unclear`, never a permission.
    public init(_ text: String) {
        let words = Self.words(of: text)
        let isCreativeCommons = words.contains("cc") || (words.contains("creative") && words.contains("commons"))
        let forbidsCommerce =
            words.contains("nc") || words.contains("noncommercial")
            || Self.has(words, "non", "commercial") || Self.has(words, "research", "use")
            || Self.has(words, "research", "only")
            || Self.has(words, "academic", "use") || Self.has(words, "not", "commercial")
        let isPermissive =
            isCreativeCommons || words.contains("cc0") || words.contains("mit") || words.contains("bsd")
            || words.contains("apache") || words.contains("gpl") || Self.has(words, "general", "public")
            || Self.has(words, "public", "domain")
        commerce = forbidsCommerce ? .forbidden : isPermissive ? .allowed : .unclear
        forbidsDerivatives =
            words.contains("nd") || words.contains("noderivatives") || words.contains("noderivs")
            || Self.has(words, "no", "derivatives")
        isShareAlike =
            words.contains("sa") || words.contains("sharealike") || Self.has(words, "share", "alike")
            || words.contains("gpl") || Self.has(words, "general", "public")
    }

    /// Runs of ASCII letters and digits in lower case.
    private static func words(of text: String) -> [Substring] {
        let lower = text.lowercased()
        return lower.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    }

    private static func has(_ words: [Substring], _ first: Substring, _ second: Substring) -> Bool {
        zip(words, words.dropFirst()).contains { $0 == first && $1 == second }
    }
}
