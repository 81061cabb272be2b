internal import Domain

/// The key `states` of a description: for each case, organs by label state (`ExportedState`).
struct StatedCases: Decodable, Sendable {
    private let cases: [String: [String: [String]]]

    /// Never throws: a value of another type counts as empty.
    init(from decoder: any Decoder) throws { cases = (try? [String: [String: [String]]](from: decoder)) ?? [:] }

    /// The states of a case; nil where none are recorded.
    func organs(of name: String, _ ontology: Ontology) -> StatedOrgans? {
        guard let written = cases[name] else { return nil }
        func organs(_ states: ExportedState...) -> Set<OrganKey> {
            Set(states.flatMap { written[$0.rawValue] ?? [] }.compactMap { ontology.organ(named: $0)?.key })
        }
        var stated = StatedOrgans()
        stated.unlabelled = organs(.unlabelled)
        stated.complete = organs(.annotated, .absent)
        stated.modelMade = organs(.model)
        return stated
    }
}

/// The key `origins` of a description: label origin by organ.
struct StatedOrigins: Decodable, Sendable {
    private let organs: [String: String]

    init(from decoder: any Decoder) throws { organs = (try? [String: String](from: decoder)) ?? [:] }

    func origins(_ ontology: Ontology) -> [OrganKey: LabelOrigin] {
        let pairs = organs.compactMap { name, value -> (OrganKey, LabelOrigin)? in
            guard let organ = ontology.organ(named: name)?.key, let origin = LabelOrigin(rawValue: value) else {
                return nil
            }
            return (organ, origin)
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}
