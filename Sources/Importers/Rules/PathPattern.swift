/// Paths of one kind of file inside a dataset's folder, with parts that have names.
///
/// A glob, folder by folder: `*` is any text, `{case}` any text that is kept under that name, `{case:#}` digits, `[.gz]`
/// text that may be missing, and `**` as a folder stands for up to three folders. Or a regular expression with named
/// groups, against the whole relative path.
public struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    enum Form: Hashable, Sendable {
        /// One list of tokens a folder or file name.
        case glob([[PathToken]])
        case regex(String)
    }

    public let description: String
    let form: Form
    /// Names of the parts, each once, in their order.
    public let names: [String]

    /// - Throws: `malformed` with what is wrong, one clause.
    public init(glob text: String) throws(PatternProblem) {
        guard !text.isEmpty, !text.hasPrefix("/") else { throw .malformed("a pattern is a path inside the folder") }
        let folders = text.split(separator: "/").map(String.init)
        guard !folders.contains("..") else { throw .malformed("a pattern does not leave the folder") }
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

    /// A pattern of the program's own.
    static func glob(_ text: String) -> PathPattern {
        do {
            return try PathPattern(glob: text)
        } catch {
            preconditionFailure("\(text): \(error)")
        }
    }

    /// The same pattern without its first folders, as long as these names are still in it: for images that lie elsewhere.
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

/// What is wrong with a pattern.
public enum PatternProblem: Error, Hashable, Sendable {
    /// One clause.
    case malformed(String)
}

/// A file that a pattern names, and its named parts.
struct PathMatch: Hashable, Sendable {
    let path: String
    let parts: [String: String]

    /// The values of these names, in their order: what joins an image to its label.
    func key(_ names: [String]) -> [String] { names.map { parts[$0] ?? "" } }
}

extension PathPattern {
    /// How many folders `**` stands for at most, and how deep a regular expression looks.
    static let depths = (any: 3, regex: 8)

    /// The files that fit, or the folders, by path. A regular expression names files only.
    func matches(in listing: FolderListing, folders: Bool = false) -> [PathMatch] {
        switch form {
        case .glob(let tokens):
            return Self.expand(tokens[...], "", [:], listing, folders).sorted { $0.path < $1.path }
        case .regex(let text):
            guard let regex = try? Regex(text) else { return [] }
            return listing.everyFile(depth: Self.depths.regex).compactMap { path in
                guard let match = try? regex.wholeMatch(in: path) else { return nil }
                let parts = names.compactMap { name in match[name]?.substring.map { (name, String($0)) } }
                return PathMatch(path: path, parts: Dictionary(parts, uniquingKeysWith: { first, _ in first }))
            }
        }
    }

    private static func expand(
        _ tokens: ArraySlice<[PathToken]>, _ path: String, _ parts: [String: String], _ listing: FolderListing,
        _ folders: Bool
    ) -> [PathMatch] {
        guard let first = tokens.first else { return [] }
        if first == [.folders] { return below(tokens.dropFirst(), path, parts, listing, folders, depth: depths.any) }
        let isLast = tokens.count == 1
        return listing.entries(path).flatMap { entry -> [PathMatch] in
            guard entry.isFolder == (!isLast || folders), let found = PathToken.match(first, entry.name, parts) else {
                return []
            }
            let inside = path.isEmpty ? entry.name : path + "/" + entry.name
            return isLast
                ? [PathMatch(path: inside, parts: found)] : expand(tokens.dropFirst(), inside, found, listing, folders)
        }
    }

    private static func below(
        _ tokens: ArraySlice<[PathToken]>, _ path: String, _ parts: [String: String], _ listing: FolderListing,
        _ folders: Bool, depth: Int
    ) -> [PathMatch] {
        let here = expand(tokens, path, parts, listing, folders)
        guard depth > 0 else { return here }
        return here
            + listing.folders(in: path).flatMap { name in
                below(tokens, path.isEmpty ? name : path + "/" + name, parts, listing, folders, depth: depth - 1)
            }
    }
}
