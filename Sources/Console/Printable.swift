/// Text that is safe to print: names of files, cases and patients come from others.
package enum Printable {
    /// The text with control characters, other than line feeds and tabs, and invisible marks, such as those that change the direction
    /// of text, written as `\u001b`. JSON stays the same value, because it has such characters in strings only.
    package static func escaped(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x09 }) { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            if isPlain(scalar) || scalar == "\n" || scalar == "\t" {
                result.unicodeScalars.append(scalar)
            } else {
                result += escape(scalar)
            }
        }
    }

    /// The same for a name within a line: line feeds and tabs are escaped too.
    package static func name(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            if isPlain(scalar) { result.unicodeScalars.append(scalar) } else { result += escape(scalar) }
        }
    }

    /// Whether a terminal shows the scalar as it is, without moving the cursor or reordering what follows.
    static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    /// As in JSON: two escapes for a scalar above U+FFFF.
    private static func escape(_ scalar: Unicode.Scalar) -> String {
        UTF16.encode(scalar)!.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }
}
