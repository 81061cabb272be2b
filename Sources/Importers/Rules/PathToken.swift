/// A token of a glob within one folder or file name.
enum PathToken: Hashable, Sendable {
    case text(String)
    case any
    case named(String, digits: Bool)
    case optional(String)
    /// Any number of folders; the only token of its name.
    case folders

    var name: String? { if case .named(let name, _) = self { name } else { nil } }

    /// The text that the token states.
    var literal: String? { if case .text(let text) = self { text } else { nil } }

    /// - Throws: `malformed` for an unclosed bracket or an invalid name.
    static func parse(_ text: String) throws(PatternProblem) -> [PathToken] {
        if text == "**" { return [.folders] }
        var (tokens, rest, plain) = ([PathToken](), text[...], "")
        func flush() {
            if !plain.isEmpty { tokens.append(.text(plain)) }
            plain = ""
        }
        while let first = rest.first {
            rest = rest.dropFirst()
            switch first {
            case "*":
                flush()
                tokens.append(.any)
            case "{":
                flush()
                tokens.append(try named(inside(&rest, until: "}")))
            case "[":
                flush()
                tokens.append(.optional(String(try inside(&rest, until: "]"))))
            default: plain.append(first)
            }
        }
        flush()
        return tokens
    }

    private static func inside(_ rest: inout Substring, until end: Character) throws(PatternProblem) -> Substring {
        guard let index = rest.firstIndex(of: end) else { throw .malformed("a bracket is not closed by \(end)") }
        defer { rest = rest[rest.index(after: index)...] }
        return rest[..<index]
    }

    private static func named(_ text: Substring) throws(PatternProblem) -> PathToken {
        let digits = text.hasSuffix(":#")
        let name = digits ? text.dropLast(2) : text
        guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
            throw .malformed("{\(text)} is not a valid name")
        }
        return .named(String(name), digits: digits)
    }

    /// The named parts if the tokens match the whole name; nil otherwise. A name that occurs again must match the same
    /// text.
    static func match(_ tokens: [PathToken], _ name: String, _ parts: [String: String]) -> [String: String]? {
        match(tokens[...], name[...], parts)
    }

    private static func match(
        _ tokens: ArraySlice<PathToken>, _ rest: Substring, _ parts: [String: String]
    ) -> [String: String]? {
        guard let first = tokens.first else { return rest.isEmpty ? parts : nil }
        let next = tokens.dropFirst()
        switch first {
        case .text(let text): return rest.hasPrefix(text) ? match(next, rest.dropFirst(text.count), parts) : nil
        case .optional(let text):
            if rest.hasPrefix(text), let found = match(next, rest.dropFirst(text.count), parts) { return found }
            return match(next, rest, parts)
        case .folders: return nil
        case .any: return split(rest, from: 0) { _, rest in match(next, rest, parts) }
        case .named(let name, let digits):
            return split(rest, from: 1) { head, rest in
                guard !digits || head.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
                guard parts[name] == nil || parts[name] == String(head) else { return nil }
                return match(next, rest, parts.merging([name: String(head)]) { first, _ in first })
            }
        }
    }

    /// Tries every prefix of at least `least` characters, the shortest first, until `fits` accepts it.
    private static func split(
        _ text: Substring, from least: Int, _ fits: (Substring, Substring) -> [String: String]?
    ) -> [String: String]? {
        guard text.count >= least else { return nil }
        var end = text.index(text.startIndex, offsetBy: least)
        while true {
            if let found = fits(text[..<end], text[end...]) { return found }
            guard end < text.endIndex else { return nil }
            end = text.index(after: end)
        }
    }
}
