public import Domain

/// What is said of the organs of one label file beside its voxels: as our own exports say it of each case.
public struct StatedOrgans: Hashable, Sendable {
    /// Organs that the file says nothing of, whatever its values and the scope.
    public var silent: Set<OrganKey> = []
    /// Organs of which everything is known, also at the file's unknown values.
    public var complete: Set<OrganKey> = []
    /// Organs whose labels a model made.
    public var modelMade: Set<OrganKey> = []

    public init() {}

    /// What people said of a case: a model's organs are no matter of this file.
    func withoutModels() -> StatedOrgans {
        var copy = self
        copy.silent.formUnion(modelMade)
        copy.modelMade = []
        return copy
    }

    /// What a model said of a case: of organs outside `modelMade` the file is silent.
    func modelsOnly(among organs: [OrganKey]) -> StatedOrgans {
        var copy = StatedOrgans()
        (copy.silent, copy.modelMade) = (Set(organs).subtracting(modelMade), modelMade)
        return copy
    }
}

/// The member `states` of a description: for each case the organs by what is known of them.
struct StatedCases: Decodable, Sendable {
    private let cases: [String: [String: [String]]]

    /// Never throws: a member of that name that says something else says nothing here.
    init(from decoder: any Decoder) throws { cases = (try? [String: [String: [String]]](from: decoder)) ?? [:] }

    /// What is said of a case; nil where nothing is.
    func organs(of name: String, _ ontology: Ontology) -> StatedOrgans? {
        guard let written = cases[name] else { return nil }
        func organs(_ states: ExportedState...) -> Set<OrganKey> {
            Set(states.flatMap { written[$0.rawValue] ?? [] }.compactMap { ontology.organ(named: $0)?.key })
        }
        var stated = StatedOrgans()
        stated.silent = organs(.unlabelled)
        stated.complete = organs(.annotated, .absent)
        stated.modelMade = organs(.model)
        return stated
    }
}

/// The member `origins` of a description: who stands behind the labels of an organ.
struct StatedOrigins: Decodable, Sendable {
    private let organs: [String: String]

    init(from decoder: any Decoder) throws { organs = (try? [String: String](from: decoder)) ?? [:] }

    func origins(_ ontology: Ontology) -> [OrganKey: LabelOrigin] {
        let pairs = organs.compactMap { name, word -> (OrganKey, LabelOrigin)? in
            guard let organ = ontology.organ(named: name)?.key, let origin = LabelOrigin(rawValue: word) else {
                return nil
            }
            return (organ, origin)
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}
