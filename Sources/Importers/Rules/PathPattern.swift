/// A pattern of the paths of one kind of file inside a dataset's folder, with named parts.
///
/// Either a glob, folder by folder: `*` is any text, `{case}` any text kept under that name, `{case:#}` digits kept
/// under that name, `[.gz]` optional text, and `**` as a folder name up to three folders. Or a regular expression with
/// named groups, which must match the whole relative path.
public struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    enum Form: Hashable, Sendable {
        /// One list of tokens per folder or file name.
        case glob([[PathToken]])
        case regex(String)
    }

    public let description: String
    let form: Form
    /// Names of the parts, each once, in their order.
    public let names: [String]

    /// - Throws: `malformed` with the problem, one clause.
    public init(glob text: String) throws(PatternProblem) {
        guard !text.isEmpty, !text.hasPrefix("/") else {
            throw .malformed("a pattern must be a path relative to the folder")
        }
        let folders = text.split(separator: "/").map(String.init)
        guard !folders.contains("..") else { throw .malformed("a pattern must not contain ..") }
        let tokens = try folders.map { part throws(PatternProblem) in try PathToken.parse(part) }
        self.init(text, .glob(tokens), tokens.joined().compactMap(\.name))
    }

    /// - Throws: `malformed` where the expression does not compile.
    public init(regex text: String) throws(PatternProblem) {
        guard (try? Regex(text)) != nil else { throw .malformed("the regular expression does not compile") }
        self.init(text, .regex(text), Self.groups(text))
    }

    private init(_ text: String, _ form: Form, _ names: [String]) {
        (description, self.form) = (text, form)
        var seen = Set<String>()
        self.names = names.filter { seen.insert($0).inserted }
    }

    /// Number of characters that the pattern states literally; 0 for a regular expression. Of two patterns that match a file, the
    /// one with more of them is meant.
    var literals: Int {
        guard case .glob(let tokens) = form else { return 0 }
        return tokens.joined().reduce(0) { $0 + ($1.literal?.count ?? 0) }
    }

    /// The folder below which all matches are, and how many folders deep; the root for a regular expression.
    var place: (path: String, depth: Int) {
        guard case .glob(let tokens) = form else { return ("", Self.depths.any) }
        let fixed = tokens.dropLast().prefix { $0.allSatisfy { $0.literal != nil } }
        let rest = tokens.dropLast().dropFirst(fixed.count)
        let depth = rest.reduce(0) { $0 + ($1 == [.folders] ? Self.depths.any : 1) }
        return (fixed.map { $0.compactMap(\.literal).joined() }.joined(separator: "/"), depth)
    }

    /// A pattern of a built-in rule.
    /// - Precondition: a valid glob.
    static func glob(_ text: String) -> PathPattern {
        do {
            return try PathPattern(glob: text)
        } catch {
            preconditionFailure("\(text): \(error)")
        }
    }

    /// The pattern and its shortened forms without the first folders that still contain these names, for images in a
    /// folder of their own.
    func endings(keeping wanted: Set<String>) -> [PathPattern] {
        guard case .glob(let tokens) = form else { return [self] }
        let parts = description.split(separator: "/").map(String.init)
        return parts.indices.compactMap { start in
            let rest = Array(tokens[start...])
            let names = rest.joined().compactMap(\.name)
            guard wanted.isSubset(of: names) else { return nil }
            return PathPattern(parts[start...].joined(separator: "/"), .glob(rest), names)
        }
    }

    /// The names of `(?<name>…)` groups.
    private static func groups(_ text: String) -> [String] {
        var (names, rest) = ([String](), text[...])
        while let range = rest.firstRange(of: "(?<") {
            rest = rest[range.upperBound...]
            guard let first = rest.first, first != "=", first != "!", let end = rest.firstIndex(of: ">") else {
                continue
            }
            names.append(String(rest[..<end]))
        }
        return names
    }
}

/// An invalid pattern.
public enum PatternProblem: Error, Hashable, Sendable {
    /// One clause.
    case malformed(String)
}
