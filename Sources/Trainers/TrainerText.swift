/// Texts of outside programs as they are shown to people.
enum TrainerText {
    private static let longest = 300

    /// Without control characters, and of limited length.
    static func short(_ text: some StringProtocol) -> String {
        let plain = String(
            String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
        return plain.count > longest ? plain.prefix(longest) + "…" : plain
    }

    /// The last line that is not empty.
    static func lastLine(_ text: some StringProtocol) -> String? {
        text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }.map { short($0) }
    }
}
