internal import ArgumentParser

/// Why a person makes a change, as given on the command line.
package enum Reason {
    /// - Throws: `ValidationError` for a text without words, and for one of more than 2000 characters.
    package static func checked(_ text: String) throws -> String {
        if text.allSatisfy(\.isWhitespace) { throw ValidationError("a reason must not be empty.") }
        if text.unicodeScalars.count > 2000 { throw ValidationError("a reason has at most 2000 characters.") }
        return text
    }
}
