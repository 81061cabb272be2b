internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Importers

struct DatasetImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import a dataset's folder as it was downloaded.",
        discussion: """
            The layout is recognised by its structure. Images stay where they are and are referenced; masks are copied
            into the object store. Importing a folder again records only what changed.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Read this folder, or one label file.")
    var path: String

    @Option(help: "Call the dataset so (default: the folder's name).")
    var name: String?

    @Option(help: "Take the label map and the facts of this release (default: found from the files).")
    var release: String?

    @Option(help: "Read this layout: auto, \(LayoutName.allCases.map(\.rawValue).joined(separator: ", ")).")
    var layout = "auto"

    @Option(help: "Look for the images in this folder, or take this image.")
    var images: String?

    @Option(help: "Say who stands behind the labels: expert, assisted, reviewed or model.")
    var origin: String?

    @Option(help: "Read what values mean, and where the files lie, from this YAML file.")
    var map: String?

    @Option(help: "Read whose scan each case is from this CSV file, columns case and subject.")
    var subjects: String?

    @Option(help: "Say which organs are decided in every case: names with commas, all, or present (those with voxels).")
    var complete: String?

    @Option(
        help:
            "Record what this release calls ORGAN as a variant of it that the catalogue has: ORGAN=VARIANT; say it again for more."
    )
    var means: [String] = []

    @Flag(help: "Record all cases or none.")
    var strict = false

    @Flag(help: "Read and check everything, and record nothing.")
    var dryRun = false

    func validate() throws {
        if layout != "auto" && LayoutName(rawValue: layout) == nil {
            throw ValidationError(
                "--layout is auto or one of \(LayoutName.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        if let name, name.isEmpty || name.contains("/") {
            throw ValidationError("--name is not empty and has no slash.")
        }
        if let wrong = means.first(where: { $0.split(separator: "=", omittingEmptySubsequences: false).count != 2 }) {
            throw ValidationError("--means \(wrong): say ORGAN=VARIANT.")
        }
        if let origin, LabelOrigin(rawValue: origin) == nil {
            throw ValidationError("--origin is one of \(LabelOrigin.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
    }

    func run() async throws {
        var table: SubjectTable?
        if let subjects { table = try await BlockingWork().run { try SubjectTable(file: subjects) } }
        let summary = try await Session.with(options) { session in
            try await session.catalog.ensureStandardOrgans()
            let options = try await importOptions(try await session.catalog.ontology())
            let request = ImportRequest(path: path, name: name, options: options, subjects: table, isDryRun: dryRun)
            let runner = ImportRunner(
                catalog: session.catalog, openStore: { try await session.objectStore() }, output: session.output)
            return try await runner.run(request)
        }
        summary.print(to: options.output)
        if summary.status != .done { throw ExitCode(summary.status.rawValue) }
    }

    private func importOptions(_ ontology: Ontology) async throws -> ImportOptions {
        var description: DatasetMap?
        if let map { description = try await BlockingWork().run { try DatasetMapFile.read(map, ontology: ontology) } }
        let hasValues = description?.labels.entries.isEmpty == false
        var found = ImportOptions(
            name: name, release: release, layout: LayoutName(rawValue: layout), images: images,
            origin: origin.flatMap(LabelOrigin.init), map: hasValues ? description?.labels : nil, strict: strict)
        found.description = description
        found.ontology = ontology
        found.meanings = try meanings(ontology)
        switch complete {
        case "all": found.scope = .declared
        case "present": found.scope = .present
        case let organs?: found.complete = try Self.organs(organs, ontology)
        case nil: break
        }
        return found
    }

    /// Keys of the organs, by any of their spellings.
    private static func organs(_ text: String, _ ontology: Ontology) throws -> Set<OrganKey> {
        Set(try text.split(separator: ",").map { try organ($0, "--complete", ontology) })
    }

    private static func organ(_ name: Substring, _ option: String, _ ontology: Ontology) throws -> OrganKey {
        guard let organ = ontology.organ(named: name) else {
            throw ImportError.unknownOrgan(file: option, organ: String(name))
        }
        return organ.key
    }

    /// - Throws: bad input for a meaning that is no variant of the organ.
    private func meanings(_ ontology: Ontology) throws -> [OrganKey: OrganKey] {
        var found: [OrganKey: OrganKey] = [:]
        for text in means {
            let names = text.split(separator: "=", omittingEmptySubsequences: false)
            let organ = try Self.organ(names[0], "--means", ontology)
            let variant = try Self.organ(names[1], "--means", ontology)
            guard ontology.variants(of: organ).contains(variant) else {
                throw CommandFailure(
                    .badInput, "\(variant) is no variant of \(organ)",
                    remedy:
                        "add it with lacuna organ import, column variant_of; lacuna organ show \(organ) lists those there are"
                )
            }
            found[organ] = variant
        }
        return found
    }
}
