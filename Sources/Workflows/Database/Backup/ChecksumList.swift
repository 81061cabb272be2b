internal import Domain
internal import System

/// A list in the format of `sha256sum`: a digest, two spaces and a path in each line.
enum ChecksumList {
    struct Entry: Hashable, Sendable {
        var digest: Digest
        var path: String
    }

    static func text(_ entries: [Entry]) -> String { entries.map { "\($0.digest)  \($0.path)\n" }.joined() }

    /// Nil for a text of another form, or without a line break at its end.
    static func parse(_ text: String) -> [Entry]? {
        if text.isEmpty { return [] }
        guard text.hasSuffix("\n") else { return nil }
        var entries: [Entry] = []
        for line in text.utf8.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let text = Substring(line)
            guard let digest = Digest(hex: text.prefix(64)), text.dropFirst(64).hasPrefix("  ") else { return nil }
            entries.append(Entry(digest: digest, path: String(text.dropFirst(66))))
        }
        return entries
    }
}
