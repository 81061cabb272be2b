internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct OrganImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Add organs from a CSV file; organs that are there stay as they are.",
        discussion: """
            The first line names the columns: key,name, and any of snomed,laterality,lesion,part_of,synonyms. \
            part_of and synonyms hold several entries separated by ";".
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
            let listed = try OrganFile.parse(text, file: file, firstPosition: known.count + 1)
            let ontology = try Self.resolvingWholes(of: listed, among: OrganNames(known))
            let added = try await session.catalog.extend(with: ontology)
            session.output.report([Cell.Field("added", added), Cell.Field("listed", ontology.organs.count)])
        }
    }

    /// The wholes are organs of the file by their keys, or of the catalogue by any spelling.
    private static func resolvingWholes(of ontology: Ontology, among known: OrganNames) throws -> Ontology {
        let links = try ontology.links.map { link in
            let whole = ontology[link.whole] == nil ? try known.key(of: link.whole.rawValue) : link.whole
            return OrganLink(part: link.part, whole: whole, relation: link.relation)
        }
        return Ontology(organs: ontology.organs, links: links, synonyms: ontology.synonyms)
    }
}
