/// Which texts can be keys, names and spellings of organs that a user adds.
public enum OrganWord {
    /// Unicode scalars of a key, a name or a spelling.
    public static let maximumLength = 200

    /// Normalised words that descriptions, maps, options and tables use for something other than an organ.
    static let reserved: Set<String> = [
        "background", "ignore", "ignored", "all", "any", "none", "null", "other", "others", "unknown", "present",
        "absent",
        "annotated", "pseudo", "unlabelled", "unlabeled", "default", "nothing", "empty", "void",
    ]

    /// Why a text cannot be one, as a clause without a subject; nil where it can.
    public static func problem(_ text: String) -> String? {
        let normalised = Ontology.normalised(text)
        if normalised.isEmpty { return "is empty" }
        if text.unicodeScalars.count > maximumLength { return "has more than \(maximumLength) characters" }
        if reserved.contains(normalised) { return "is reserved: it does not mean an organ in label maps and options" }
        return GivenName.isPrintable(text) ? nil : "contains a control character or an invisible mark"
    }
}
