internal import Yams

/// The YAML of a map, in which keys that occur twice are found and passed over, so that all other mistakes are found too.
struct MapText {
    /// Nil where the text is not YAML, or no mapping.
    private(set) var root: Node?
    private(set) var problems: [LineProblem] = []

    /// Begins the name of a key whose first occurrence counts; a private character of Unicode, which no key contains.
    private static let mark: Character = "\u{F8FF}"

    init(_ text: String) {
        var text = text
        while true {
            do {
                root = try compose(yaml: text)
                if root?.mapping == nil {
                    problems.append(LineProblem(line: root?.mark?.line ?? 1, problem: "a map of keys is expected"))
                    root = nil
                }
                return
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let key = keys.first ?? ""
                let second = KeyPlace(of: key, after: context.mark, in: text)
                problems.append(
                    LineProblem(
                        line: second?.line ?? context.mark.line,
                        problem: "not valid YAML: a duplicate key, \(key.filter { $0 != Self.mark })"))
                guard let second else { return }
                text.insert(Self.mark, at: second.index)
            } catch let error as YamlError {
                problems.append(error.problem(in: text))
                return
            } catch {
                problems.append(LineProblem(line: 1, problem: "not valid YAML"))
                return
            }
        }
    }

    /// Whether a key was passed over.
    static func isPassedOver(_ key: Node) -> Bool { key.string?.first == mark }
}

/// Where a key of a mapping occurs for the second time.
private struct KeyPlace {
    /// Of the key's first letter, within quotation marks.
    let index: String.Index
    /// Counted from 1.
    let line: Int

    /// Below the first occurrence where that begins its line, else the next one.
    /// - Parameter first: of the first occurrence.
    init?(of key: String, after first: Mark, in text: String) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard lines.indices.contains(first.line - 1) else { return nil }
        let start = lines[first.line - 1]
        let head = start.unicodeScalars.prefix(first.column - 1)
        let rest = start[head.endIndex...].dropFirst()
        let following = lines[first.line...]
        if head.allSatisfy({ $0 == " " }) {
            for (offset, line) in following.enumerated() where line.unicodeScalars.count > head.count {
                let place = line.unicodeScalars.index(line.startIndex, offsetBy: head.count)
                if let inside = Self.letters(of: key, at: place, in: line) {
                    (index, self.line) = (inside, first.line + 1 + offset)
                    return
                }
            }
        }
        for (offset, line) in ([rest] + following).enumerated() {
            for place in line.indices {
                if let inside = Self.letters(of: key, at: place, in: line) {
                    (index, self.line) = (inside, first.line + offset)
                    return
                }
            }
        }
        return nil
    }

    /// Where the letters of a key are that begins at an index of a line: after white space, `{` or `,`, and before a colon.
    private static func letters(of key: String, at index: String.Index, in line: Substring) -> String.Index? {
        if let before = line[..<index].last, !" {,".contains(before) { return nil }
        var rest = line[index...]
        let quote = rest.first.flatMap { "\"'".contains($0) ? $0 : nil }
        if quote != nil { rest = rest.dropFirst() }
        let inside = rest.startIndex
        guard rest.hasPrefix(key) else { return nil }
        rest = rest.dropFirst(key.count)
        if let quote {
            guard rest.first == quote else { return nil }
            rest = rest.dropFirst()
        }
        return rest.drop { $0 == " " }.first == ":" ? inside : nil
    }
}

extension YamlError {
    /// The line of the error in `text`, from 1, and the problem.
    fileprivate func problem(in text: String) -> LineProblem {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let last = max(1, (lines.lastIndex { !$0.allSatisfy(\.isWhitespace) } ?? 0) + 1)
        switch self {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            // An error at the end of the file is reported where the unclosed element begins.
            let isEarly = mark.line <= last
            let line = isEarly ? mark.line : min(context?.mark.line ?? last, last)
            let place = isEarly ? "" : context.map { " \($0.text)" } ?? ""
            let hint = lines.indices.contains(line - 1) ? Self.quoting(lines[line - 1]) : ""
            return LineProblem(line: line, problem: "not valid YAML: \(problem)\(place)\(hint)")
        default: return LineProblem(line: 1, problem: "not valid YAML")
        }
    }

    /// What to do where a pattern begins with a brace, which begins a map in YAML.
    private static func quoting(_ line: Substring) -> String {
        let pattern = line.firstMatch(of: /(?:[:,\[]|^\s*-)\s*(\{\w+(?::#)?\}[^\s"',\]]*)/)
        return pattern.map { "; write a pattern that begins with { in quotes, as in \"\($0.1)\"" } ?? ""
    }
}
