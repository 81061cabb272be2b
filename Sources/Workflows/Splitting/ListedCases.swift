package import Catalog
internal import Domain
internal import System

/// The cases of a published list, matched with the catalogue.
package struct ListedCases: Sendable {
    /// Entries with the cases that they name. An entry may name several cases of one subject.
    package private(set) var found: [(entry: SplitEntry, found: FoundCase)] = []
    /// Entries that match cases of several subjects, with the names of those cases.
    package private(set) var ambiguous: [(entry: SplitEntry, names: [String])] = []
    package private(set) var missing: [SplitEntry] = []
    /// The number of different cases that the entries name.
    package let count: Int

    /// Reads a list and searches its cases in the catalogue.
    ///
    /// - Throws: `WorkflowError` of kind `badInput` for a list that cannot be read.
    static func find(_ list: SplitList, in catalog: LabelCatalog) async throws -> ListedCases {
        let (entries, named) = try await BlockingWork().run {
            let entries = try PublishedSplit(list).entries
            let folder = FilePath.resolved(list.file).map(FilePath.parent) ?? "."
            return (entries, entries.map { NamedCase(name: $0.name, paths: $0.paths(from: folder)) })
        }
        return ListedCases(entries, try await catalog.cases(named: named, dataset: list.dataset))
    }

    /// - Parameter cases: the matches, each with the index of its entry.
    init(_ entries: [SplitEntry], _ cases: [FoundCase]) {
        count = Set(entries.map(\.path)).count
        let matches = Dictionary(grouping: cases, by: \.index)
        let byName = entries.indices.filter { matches[$0]?.first?.isByName ?? false }
        // Files of one name are different cases, of which the name alone identifies at most one.
        let paths = Dictionary(grouping: byName, by: { entries[$0].name }).mapValues {
            Set($0.map { entries[$0].path })
        }
        for (index, entry) in entries.enumerated() {
            guard let own = matches[index] else {
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

    /// The number of different cases found.
    package var foundCount: Int { Set(found.map(\.entry.path)).count }

    /// Entries with a path that were found by their name only, as no image of the catalogue has that path.
    package var foundByName: [SplitEntry] {
        found.filter { $0.found.isByName && $0.entry.path.contains("/") }.map(\.entry)
    }

    /// The ambiguous entries, each with the cases that it matches, for messages.
    package var ambiguousNames: String {
        Self.abbreviated(ambiguous.map { "\($0.entry.path) (\($0.names.joined(separator: ", ")))" })
    }

    /// At most 20 names, and the number of the others.
    package static func abbreviated(_ names: [String]) -> String {
        let shown = names.prefix(20).joined(separator: ", ")
        return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
    }

    /// - Throws: `WorkflowError` of kind `badInput` where nothing was found.
    func requireFound(in list: SplitList, orAmbiguous: Bool) throws {
        if !found.isEmpty || (orAmbiguous && !ambiguous.isEmpty) { return }
        throw WorkflowError(
            .badInput, "none of the \(count) listed cases is in the catalogue", file: list.file,
            remedy: "import the dataset first, or name it with --dataset; lacuna volume list shows the cases")
    }
}
