/// A file or folder that matches a pattern, and its named parts.
struct PathMatch: Hashable, Sendable {
    let path: String
    let parts: [String: String]

    /// The values of the parts with these names, by which images and labels are paired.
    func key(_ names: [String]) -> [String] { names.map { parts[$0] ?? "" } }
}

extension PathPattern {
    /// The largest number of folders that `**` matches, and the depth to which a regular expression is applied.
    static let depths = (any: 3, regex: 8)

    /// The matching files, or folders, ordered by path. A regular expression matches files only.
    func matches(in listing: FolderListing, folders: Bool = false) -> [PathMatch] {
        switch form {
        case .glob(let tokens):
            return Self.expand(tokens[...], "", [:], listing, folders).sorted { $0.path < $1.path }
        case .regex(let text):
            guard let regex = try? Regex(text) else { return [] }
            return listing.everyFile(depth: Self.depths.regex).compactMap { path in
                guard
                    let match = try? regex.wholeMatch(in: path)
                        ?? SourceFile.withPlainEnding(path).flatMap({ try? regex.wholeMatch(in: $0) })
                else { return nil }
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
            guard entry.isFolder == (!isLast || folders),
                let found = PathToken.match(first, entry.name, parts)
                    ?? SourceFile.withPlainEnding(entry.name).flatMap({ PathToken.match(first, $0, parts) })
            else { return [] }
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
