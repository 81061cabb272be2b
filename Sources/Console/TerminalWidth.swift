/// Widths of text in the columns of a terminal with a font of fixed width.
extension StringProtocol {
    /// Columns that the text takes: two for each wide character of East Asia and each picture, none for a combining mark.
    var terminalWidth: Int {
        utf8.allSatisfy { (0x20..<0x7F).contains($0) } ? utf8.count : reduce(0) { $0 + $1.terminalWidth }
    }

    /// The text in at most `width` columns: the middle of a name, or the end of a phrase, is replaced by `…`.
    func shortened(to width: Int) -> String {
        if terminalWidth <= width { return String(self) }
        let room = Swift.max(0, width - 1)
        let tailRoom = contains(" ") ? 0 : room / 2
        let tail = String(String(reversed()).fitting(tailRoom).reversed())
        return fitting(room - tailRoom) + "…" + tail
    }

    /// The longest beginning that takes at most `width` columns.
    private func fitting(_ width: Int) -> String {
        var (text, rest) = ("", width)
        for character in self {
            rest -= character.terminalWidth
            if rest < 0 { break }
            text.append(character)
        }
        return text
    }
}

extension Character {
    fileprivate var terminalWidth: Int {
        let isPicture = unicodeScalars.contains { $0.properties.isEmojiPresentation || $0.value == 0xFE0F }
        if isPicture { return 2 }
        return unicodeScalars.first { !$0.takesNoColumn }.map { $0.isWide ? 2 : 1 } ?? 0
    }
}

extension Unicode.Scalar {
    fileprivate var takesNoColumn: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: true
        default: false
        }
    }

    /// Whether the character is wide or full-width in Unicode's table of East Asian widths.
    fileprivate var isWide: Bool { Self.wide.contains { $0.contains(value) } }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
        0xF900...0xFAFF,
        0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF,
        0x20000...0x3FFFD,
    ]
}
