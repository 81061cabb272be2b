/// The usage line of a help text or of a usage error.
///
/// The parser repeats every option of a command with up to twelve of them, in lines of over 200 characters. Its own form for
/// commands with more options is used for all: the optional ones are `[<options>]`, and the list below names them.
enum UsageLine {
    /// The text with short usage lines.
    static func shortened(in text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            ["USAGE: ", "Usage: "].contains(where: line.hasPrefix) ? shortened(line) : String(line)
        }.joined(separator: "\n")
    }

    private static func shortened(_ line: Substring) -> String {
        var (words, isOption) = ([String](), false)
        for word in line.split(separator: " ").map(String.init) {
            if word.hasPrefix("[-") {
                isOption = true
                if !words.contains("[<options>]") { words.append("[<options>]") }
            }
            if !isOption {
                let isValue = word.hasPrefix("<") && words.last?.hasPrefix("--") == true
                words.append(isValue ? words.removeLast() + " " + word : word)
            }
            if word.hasSuffix("]") { isOption = false }
        }
        return wrapped(words)
    }

    /// Columns of a terminal less one, and those that the lines after the first are indented by.
    private static let (width, indent) = (79, 7)

    /// The words in lines; an option stays with its value.
    private static func wrapped(_ words: [String]) -> String {
        var lines = [""]
        for word in words {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[0] = word
            } else if line.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(repeating: " ", count: indent) + word)
            }
        }
        return lines.joined(separator: "\n")
    }
}
