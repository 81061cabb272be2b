@_spi(_Unicode) internal import Swift

/// Names of datasets, releases, splits, raters, runs and cases.
public enum GivenName {
    /// Unicode scalars; a case, whose name is a path, may have as many in each part.
    public static let maximumLength = 200

    /// The name in Unicode's normal form C, in which names are recorded: macOS writes file names with letters and combining accents,
    /// which Swift takes for equal to the accented letters, and PostgreSQL does not.
    public static func normalised(_ name: String) -> String {
        guard !name.utf8.allSatisfy({ $0 < 0x80 }) else { return name }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: name._nfc)
        return String(scalars)
    }

    /// Why a text cannot be a name, as a clause without a subject; nil where it can.
    ///
    /// Folders and files are named by it, and paths are made of several names. The database checks datasets, releases and splits too
    /// (`is_given_name`), against a list of the usual invisible marks. Names of runs are narrower: see `RunPlan`.
    /// - Parameter mayBePath: whether the name may have several parts, as cases have.
    public static func problem(_ name: String, mayBePath: Bool = false) -> String? {
        let scalars = name.unicodeScalars
        if scalars.allSatisfy(\.properties.isWhitespace) { return "is empty" }
        if !isPrintable(name) { return "contains a control character or an invisible mark" }
        if scalars.first?.properties.isWhitespace == true || scalars.last?.properties.isWhitespace == true {
            return "begins or ends with a space"
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count > 1 && !mayBePath { return "contains a slash" }
        if parts.contains(where: { $0.unicodeScalars.count > maximumLength }) {
            return "has more than \(maximumLength) characters"
        }
        return parts.contains { $0 == "." || $0 == ".." } ? "refers to a folder, as . and .. do" : nil
    }

    /// Whether a text has no control characters, no line breaks and no invisible marks.
    static func isPrintable(_ text: String) -> Bool { !text.unicodeScalars.contains(where: isInvisible) }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
