/// An inconsistency of an ontology.
public enum OntologyProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case duplicateKey(OrganKey)
    case duplicatePosition(Int, OrganKey)
    case unknownOrgan(OrganKey, namedBy: String)
    /// The organ is a part, or a variant, of itself.
    case cycle(OrganKey)
    /// One spelling of two organs.
    case ambiguousSpelling(String, OrganKey, OrganKey)
    case hostOfNoLesion(OrganKey)
    case malformedRow(table: String, line: Int, text: String)

    public var description: String {
        switch self {
        case .duplicateKey(let key): "organ \(key) occurs twice: remove one"
        case .duplicatePosition(let position, let key):
            "position \(position) of organ \(key) is already used: use the next free one"
        case .unknownOrgan(let key, let place):
            "\(place) names organ \(key), which is not in the ontology: add or correct it"
        case .cycle(let key): "organ \(key) is a part or a variant of itself: remove one of the relations in the cycle"
        case .ambiguousSpelling(let text, let a, let b): "spelling \"\(text)\" is used for \(a) and \(b): remove one"
        case .hostOfNoLesion(let key): "organ \(key) has a host organ but is not a lesion: remove the host"
        case .malformedRow(let table, let line, let text): "\(table) line \(line) is invalid: \"\(text)\""
        }
    }
}

extension Ontology {
    /// All problems found; empty for a consistent ontology.
    public func validate() -> [OntologyProblem] {
        keyProblems() + linkProblems() + cycleProblems() + spellingProblems()
    }

    private func keyProblems() -> [OntologyProblem] {
        var keys: Set<OrganKey> = []
        var positions: Set<Int> = []
        return organs.flatMap { organ -> [OntologyProblem] in
            var problems: [OntologyProblem] = []
            if !keys.insert(organ.key).inserted { problems.append(.duplicateKey(organ.key)) }
            if !positions.insert(organ.position).inserted {
                problems.append(.duplicatePosition(organ.position, organ.key))
            }
            if let host = organ.host, indices[host] == nil {
                problems.append(.unknownOrgan(host, namedBy: "organ \(organ.key)"))
            }
            if organ.host != nil, !organ.isLesion { problems.append(.hostOfNoLesion(organ.key)) }
            return problems
        }
    }

    private func linkProblems() -> [OntologyProblem] {
        links.flatMap { link in
            [link.part, link.whole].filter { indices[$0] == nil }
                .map { .unknownOrgan($0, namedBy: "the relation of \(link.part) to \(link.whole)") }
        }
    }

    /// An organ is on a cycle if it is a part of one of its own direct parts, or a variant of itself.
    private func cycleProblems() -> [OntologyProblem] {
        let onCycle = links.filter(\.relation.isPart).compactMap { link -> Int? in
            guard let part = indices[link.part], let whole = indices[link.whole] else { return nil }
            return downsets[part].contains(whole) ? whole : nil
        }
        let ownVariants = indices.values.filter { leads($0, to: $0) }
        return Set(onCycle + ownVariants).sorted().map { .cycle(organs[$0].key) }
    }

    private func spellingProblems() -> [OntologyProblem] {
        var owners: [String: OrganKey] = [:]
        let own = organs.map { (spelling: $0.key.rawValue, key: $0.key) }
        return (own + synonyms.map { (spelling: $0.spelling, key: $0.key) }).compactMap { entry in
            guard indices[entry.key] != nil else {
                return .unknownOrgan(entry.key, namedBy: "spelling \"\(entry.spelling)\"")
            }
            let owner = owners[Self.normalised(entry.spelling), default: entry.key]
            owners[Self.normalised(entry.spelling)] = owner
            return owner == entry.key ? nil : .ambiguousSpelling(entry.spelling, owner, entry.key)
        }
    }
}
