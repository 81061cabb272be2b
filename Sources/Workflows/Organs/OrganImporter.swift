internal import Catalog
internal import Domain

/// Adds the organs of a CSV file to the catalogue. Organs that exist keep their properties and gain relations and synonyms.
package struct OrganImporter: Sendable {
    package struct Result: Hashable, Sendable {
        /// Organs that the catalogue did not have.
        package let added: Int
        /// Organs of the file.
        package let listed: Int
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Parameters:
    ///   - text: the contents of the file; see `OrganFile`.
    ///   - file: named in errors.
    /// - Throws: `WorkflowError` of kind `badInput` for a wrong line or organs that contradict each other,
    ///   `CatalogError.unknownOrgan` for a relation to an organ that does not exist.
    package func run(_ text: String, file: String) async throws -> Result {
        let catalog = workspace.catalog
        try await catalog.ensureStandardOrgans()
        let known = try await catalog.organs()
        let first = max(LabelCatalog.firstOwnPosition, (known.map(\.position).max() ?? 0) + 1)
        let listed = try OrganFile.parse(text, file: file, firstPosition: first)
        let ontology = try Self.resolve(listed, among: OrganNames(known))
        try Self.check(ontology, within: try await catalog.ontology(), file)
        return Result(added: try await catalog.extend(with: ontology), listed: ontology.organs.count)
    }

    /// Related organs are those of the file by their keys, or of the catalogue by any spelling.
    private static func resolve(_ ontology: Ontology, among known: OrganNames) throws -> Ontology {
        func key(_ organ: OrganKey) throws -> OrganKey {
            ontology[organ] == nil ? try known.key(of: organ.rawValue) : organ
        }
        return Ontology(
            organs: try ontology.organs.map { organ in
                Organ(
                    key: organ.key, name: organ.name, position: organ.position, code: organ.code,
                    laterality: organ.laterality, isLesion: organ.isLesion, host: try organ.host.map(key))
            },
            links: try ontology.links.map { link in
                OrganLink(part: link.part, whole: try key(link.whole), relation: link.relation)
            }, synonyms: ontology.synonyms)
    }

    /// - Throws: `WorkflowError` where the organs together would be inconsistent: circular relations, one spelling of two organs,
    ///   also where it is the name of one of them.
    private static func check(_ added: Ontology, within known: Ontology, _ file: String) throws {
        let fresh = added.organs.filter { known[$0.key] == nil }
        let whole = Ontology(
            organs: known.organs + fresh, links: known.links + added.links, synonyms: known.synonyms + added.synonyms)
        let problems = Set(whole.validate()).subtracting(known.validate()).union(namesInUse(fresh, in: whole))
        guard let problem = problems.map(\.description).sorted().first else { return }
        throw WorkflowError(.badInput, problem, file: file, remedy: "correct the file; nothing was changed")
    }

    /// The names of added organs that are keys, names or other spellings of further organs.
    private static func namesInUse(_ added: [Organ], in whole: Ontology) -> [OntologyProblem] {
        let names = Dictionary(grouping: whole.organs, by: { Ontology.normalised($0.name) })
        return added.compactMap { organ -> OntologyProblem? in
            let named = names[Ontology.normalised(organ.name)]?.first { $0.key != organ.key }
            let spelt = whole.organ(named: organ.name).flatMap { $0.key == organ.key ? nil : $0 }
            return (spelt ?? named).map { OntologyProblem.ambiguousSpelling(organ.name, $0.key, organ.key) }
        }
    }
}
