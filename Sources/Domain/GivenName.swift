@_spi(_Unicode) internal import Swift

/// Names of datasets, releases, splits, runs and cases.
public enum GivenName {
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
    /// Folders and files are named by it, and paths are made of several names.
    public static func problem(_ name: String) -> String? {
        if name.unicodeScalars.allSatisfy(\.properties.isWhitespace) { return "is empty" }
        if name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return "contains a control character"
        }
        let parts = name.utf8.split(separator: UInt8(ascii: "/"))
        return parts.contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
            ? "refers to a folder, as . and .. do" : nil
    }
}
