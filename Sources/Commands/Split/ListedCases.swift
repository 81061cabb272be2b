internal import Catalog
internal import Console
internal import Domain

/// Which cases of a published list the catalogue has, which it has not, and of which nobody can tell.
struct ListedCases {
    private(set) var found: [(entry: PublishedSplit.Entry, found: FoundCase)] = []
    /// Entries that name cases of several patients, with all of those cases' names.
    private(set) var ambiguous: [(entry: PublishedSplit.Entry, names: [String])] = []
    private(set) var missing: [PublishedSplit.Entry] = []
    private let count: Int

    init(_ entries: [PublishedSplit.Entry], _ rows: [FoundCase]) {
        count = entries.count
        let rows = Dictionary(grouping: rows, by: \.index)
        let byName = entries.indices.filter { rows[$0]?.first?.isByName ?? false }
        // Two files of one name are two cases, of which the name alone finds at most one.
        let paths = Dictionary(grouping: byName, by: { entries[$0].name }).mapValues {
            Set($0.map { entries[$0].path })
        }
        for (index, entry) in entries.enumerated() {
            guard let own = rows[index] else {
                missing.append(entry)
                continue
            }
            let isShared = own.contains(where: \.isByName) && (paths[entry.name]?.count ?? 0) > 1
            if Set(own.map(\.subject)).count > 1 || isShared {
                ambiguous.append((entry, Set(own.flatMap(\.names)).sorted()))
            } else {
                found += own.map { (entry, $0) }
            }
        }
    }

    /// What a person has to know before the leaks.
    var notes: [String] {
        let known = Set(found.map(\.entry.path)).count
        var notes = ["\(known) of \(count) listed cases are in the catalogue."]
        if !missing.isEmpty { notes.append("Not found: \(Self.named(missing.map(\.path))).") }
        if !ambiguous.isEmpty {
            notes.append(
                "Ambiguous and not compared: \(unclear). Name the dataset with --dataset, or give paths.")
        }
        let byName = found.filter { $0.found.isByName && $0.entry.path.contains("/") }
        if !byName.isEmpty {
            notes.append(
                "Found by the bare name, as no image of the catalogue has the path: "
                    + Self.named(byName.map(\.entry.path)) + ".")
        }
        return notes
    }

    /// The ambiguous entries, each with the cases that it may mean.
    var unclear: String { Self.named(ambiguous.map { "\($0.entry.path) (\($0.names.joined(separator: ", ")))" }) }

    /// The folder of a list, without links.
    static func folder(of list: String) -> String {
        guard let path = DataRoot.resolved(list), let slash = path.lastIndex(of: "/") else { return "." }
        return String(path[..<slash])
    }

    private static func named(_ names: [String]) -> String {
        let shown = names.prefix(20).joined(separator: ", ")
        return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
    }
}
