/// Keys of subjects in datasets: pseudonyms of patients.
public enum SubjectName {
    /// Why a text cannot be a key, as a clause without a subject; nil where it can.
    ///
    /// A subject is named DATASET/KEY, so that a key has no slash.
    public static func problem(_ key: String) -> String? { GivenName.problem(key) }

    /// A text of a layout as a key: a slash or a control character becomes `%` and two hexadecimal digits for each byte, and so do
    /// the dots of `.` and `..`.
    public static func escaped(_ text: String) -> String {
        if text == "." || text == ".." { return String(repeating: "%2E", count: text.utf8.count) }
        func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "/" || scalar.properties.generalCategory == .control
        }
        guard text.unicodeScalars.contains(where: isEscaped) else { return text }
        return text.unicodeScalars.map { scalar in
            isEscaped(scalar) ? String(scalar).utf8.map { "%\(hexadecimal($0))" }.joined() : String(scalar)
        }.joined()
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}
