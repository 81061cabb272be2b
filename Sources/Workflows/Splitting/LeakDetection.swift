package import Catalog
package import Domain

/// Finds patients who are held out on one side and used on the other.
package struct LeakDetection: Sendable {
    package struct Request: Sendable {
        /// A split, or the common name of the folds `NAME-0`, `NAME-1` and so on, which are checked one by one.
        package var split: String
        /// A published split to compare with; nil: the split is checked by itself.
        package var list: SplitList?

        package init(split: String, list: SplitList? = nil) { (self.split, self.list) = (split, list) }
    }

    /// One patient in two parts that must not share any.
    package struct Leak: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            /// The subject itself is in both.
            case subject
            /// Two volumes are proposed duplicates.
            case duplicate(DuplicateKind)
        }

        package let split: String
        package let first: String
        package let firstPart: SplitPart
        package let second: String
        package let secondPart: SplitPart
        package let kind: Kind
    }

    package struct Result: Sendable {
        package let leaks: [Leak]
        /// The checked splits: one, or the folds.
        package let splits: [String]
        /// The number of subjects in all of the splits, and of the others.
        package let assigned: Int
        package let unassigned: Int
        /// The matched cases of the published list.
        package let listed: ListedCases?
        /// The proposed duplicates that were compared.
        package let duplicates: DuplicateSearch.Result

        /// Whether every entry of the list could be compared.
        package var isComplete: Bool { listed?.ambiguous.isEmpty ?? true }
    }

    private let catalog: LabelCatalog
    private let duplicates: DuplicateSearch

    package init(_ workspace: Workspace) {
        catalog = workspace.catalog
        duplicates = DuplicateSearch(catalog: workspace.catalog, progress: workspace.progress)
    }

    /// - Throws: `CatalogError.unknownSplit`; `WorkflowError` of kind `badInput` for a list that cannot be read or names no case of
    ///   the catalogue.
    package func run(_ request: Request) async throws -> Result {
        let splits = try SplitNames.named(request.split, among: Set(try await catalog.splits().map(\.split)))
        let subjects = try await catalog.subjectList()
        let members = splits.map { SplitMembers(subjects, split: $0) }
        let assigned = members.map(\.assigned).min() ?? 0
        var listed: ListedCases?
        if let list = request.list {
            listed = try await ListedCases.find(list, in: catalog)
            try listed?.requireFound(in: list, orAmbiguous: true)
        }
        let duplicates = try await duplicates.run()
        let pairs = duplicates.proposals.map(\.pair)
        let leaks = members.flatMap { fold in listed.map { fold.leaks($0.found, pairs) } ?? fold.leaks(among: pairs) }
        return Result(
            leaks: leaks, splits: splits, assigned: assigned, unassigned: subjects.count - assigned, listed: listed,
            duplicates: duplicates)
    }
}

/// The parts of the subjects of one split.
private struct SplitMembers {
    private let parts: [SubjectID: SplitPart]
    private let subjects: [String: SubjectID]
    private let split: String
    var assigned: Int { parts.count }

    init(_ rows: [SubjectRow], split: String) {
        subjects = Dictionary(rows.map { ($0.name, $0.id) }, uniquingKeysWith: { first, _ in first })
        let own = rows.compactMap { row in SplitPart(in: split, of: row.parts).map { (row.id, $0) } }
        parts = Dictionary(own, uniquingKeysWith: { first, _ in first })
        self.split = split
    }

    /// Proposed duplicates in different parts.
    func leaks(among pairs: [DuplicateRow]) -> [LeakDetection.Leak] {
        pairs.compactMap { pair in
            guard let first = part(pair.first.subject), let second = part(pair.second.subject), first != second else {
                return nil
            }
            return LeakDetection.Leak(
                split: split, first: pair.first.name, firstPart: first, second: pair.second.name, secondPart: second,
                kind: .duplicate(pair.kind))
        }
    }

    /// Entries of a list whose subject, or the subject of a proposed duplicate, is in a part that conflicts with theirs.
    func leaks(
        _ listed: [(entry: SplitEntry, found: FoundCase)], _ pairs: [DuplicateRow]
    ) -> [LeakDetection.Leak] {
        listed.flatMap { entry, found -> [LeakDetection.Leak] in
            let alike = pairs.compactMap { pair -> LeakDetection.Leak? in
                guard pair.first.id == found.volume || pair.second.id == found.volume else { return nil }
                let isFirst = pair.first.id == found.volume
                let other = isFirst ? pair.second.id : pair.first.id
                let subject = isFirst ? pair.second.subject : pair.first.subject
                return leak(entry, "volume \(other)", part(subject), kind: .duplicate(pair.kind))
            }
            return [leak(entry, found.names.joined(separator: ", "), parts[found.subject], kind: .subject)]
                .compactMap { $0 } + alike
        }
    }

    private func leak(
        _ entry: SplitEntry, _ names: String, _ part: SplitPart?, kind: LeakDetection.Leak.Kind
    ) -> LeakDetection.Leak? {
        guard let part, part != entry.part, part.isHeldOut || entry.part.isHeldOut else { return nil }
        return LeakDetection.Leak(
            split: split, first: entry.path, firstPart: entry.part, second: names, secondPart: part, kind: kind)
    }

    private func part(_ subject: String) -> SplitPart? { subjects[subject].flatMap { parts[$0] } }
}

extension SplitPart {
    /// Whether nothing may be fitted on its subjects.
    fileprivate var isHeldOut: Bool { self == .validation || self == .test }
}
