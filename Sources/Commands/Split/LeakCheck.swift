internal import Catalog
internal import Console
internal import Domain

/// Finds patients who are held back on one side and used on the other.
struct LeakCheck {
    private let parts: [SubjectID: SplitPart]
    private let subjects: [String: SubjectID]
    let assigned: Int
    let unassigned: Int

    init(subjects rows: [SubjectRow], split: String) {
        subjects = Dictionary(rows.map { ($0.name, $0.id) }, uniquingKeysWith: { first, _ in first })
        let own = rows.compactMap { row in
            row.parts.first { $0.hasPrefix(split + "/") }.map { (row.id, String($0.dropFirst(split.count + 1))) }
        }
        let parts = own.compactMap { id, word in SplitPart(rawValue: word).map { (id, $0) } }
        self.parts = Dictionary(parts, uniquingKeysWith: { first, _ in first })
        (assigned, unassigned) = (own.count, rows.count - own.count)
    }

    /// Pairs that look alike and lie in different parts.
    func leaks(among pairs: [DuplicateRow]) -> [Leak] {
        pairs.compactMap { pair in
            guard let first = part(pair.first.subject), let second = part(pair.second.subject), first != second else {
                return nil
            }
            return Leak(
                first: pair.first.name, firstPart: first, second: pair.second.name, secondPart: second,
                kind: pair.kind.rawValue)
        }
    }

    /// Cases of a list whose patient, or a volume that looks alike, is in a part that does not go with the list's.
    func leaks(_ listed: [(entry: PublishedSplit.Entry, found: FoundCase)], _ pairs: [DuplicateRow]) -> [Leak] {
        listed.flatMap { entry, found -> [Leak] in
            let alike = pairs.compactMap { pair -> Leak? in
                guard pair.first.id == found.volume || pair.second.id == found.volume else { return nil }
                let isFirst = pair.first.id == found.volume
                let other = isFirst ? pair.second.id : pair.first.id
                let subject = isFirst ? pair.second.subject : pair.first.subject
                return leak(entry, "volume \(other)", part(subject), kind: pair.kind.rawValue)
            }
            return [leak(entry, found.names.joined(separator: ", "), parts[found.subject], kind: "subject")]
                .compactMap { $0 } + alike
        }
    }

    private func leak(_ entry: PublishedSplit.Entry, _ names: String, _ part: SplitPart?, kind: String) -> Leak? {
        guard let part, part != entry.part, part.isHeldOut || entry.part.isHeldOut else { return nil }
        return Leak(first: entry.path, firstPart: entry.part, second: names, secondPart: part, kind: kind)
    }

    private func part(_ subject: String) -> SplitPart? { subjects[subject].flatMap { parts[$0] } }
}

extension SplitPart {
    /// Whether nothing may be fitted on it.
    fileprivate var isHeldOut: Bool { self == .validation || self == .test }
}

/// One patient in two parts that must not share any.
struct Leak {
    let first: String
    let firstPart: SplitPart
    let second: String
    let secondPart: SplitPart
    /// `subject`, or in which way two volumes look alike.
    let kind: String

    static var columns: [Column<Leak>] {
        [
            Column("first") { $0.first }, Column("firstPart", title: "part") { $0.firstPart.rawValue },
            Column("second") { $0.second }, Column("secondPart", title: "part") { $0.secondPart.rawValue },
            Column("kind") { $0.kind },
        ]
    }
}
