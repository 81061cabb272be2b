internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import System

struct OrganImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Add organs from a CSV file; organs that are there keep what they are.",
        discussion: """
            The first line names the columns: key,name, and any of snomed, laterality (or side), lesion, lesion_of, part_of, \
            division_of, overlaps, variant_of, synonyms. Columns of relations and synonyms hold several entries separated \
            by ";". part_of: lies within; division_of: all of its like together are the whole; overlaps: neither denies \
            the other; variant_of: what some dataset means by that organ's name. Organs that are not related exclude each \
            other. An organ that is there already gains the relations and spellings of its line.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Read this CSV file.")
    var file: String

    func run() async throws {
        let file = file
        let text = try await BlockingWork().run { try TextFile.read(file) }
        try await Session.with(options) { session in
            try await session.catalog.ensureStandardOrgans()
            let known = try await session.catalog.organs()
            let first = max(LabelCatalog.firstOwnPosition, (known.map(\.position).max() ?? 0) + 1)
            let listed = try OrganFile.parse(text, file: file, firstPosition: first)
            let ontology = try Self.resolving(listed, among: OrganNames(known))
            try Self.check(ontology, within: try await session.catalog.ontology(), file)
            let added = try await session.catalog.extend(with: ontology)
            session.output.report([Cell.Field("added", added), Cell.Field("listed", ontology.organs.count)])
        }
    }

    /// Related organs are those of the file by their keys, or of the catalogue by any spelling.
    private static func resolving(_ ontology: Ontology, among known: OrganNames) throws -> Ontology {
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

    /// - Throws: bad input for what would make the catalogue's organs unsound: circles, two organs of one spelling.
    private static func check(_ added: Ontology, within known: Ontology, _ file: String) throws {
        let fresh = added.organs.filter { known[$0.key] == nil }
        let whole = Ontology(
            organs: known.organs + fresh, links: known.links + added.links, synonyms: known.synonyms + added.synonyms)
        guard let problem = Set(whole.validate()).subtracting(known.validate()).map(\.description).sorted().first else {
            return
        }
        throw CommandFailure(.badInput, problem, file: file, remedy: "correct the file; nothing was changed")
    }
}
