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
        help: """
            Accept a proposal of the report: flip mirrors labels that strong evidence shows to lie mirrored on their image, \
            laterality takes patients whose organs are all reversed; flip:CASE and laterality:CASE for one case. Repeatable.
            """)
    var accept: [String] = []

    @Flag(help: "Record all cases or none.")
    var strict = false

    @Flag(help: "Read and check everything, and record nothing.")
    var dryRun = false

    func validate() throws {
        if layout != "auto" && LayoutName(rawValue: layout) == nil {
            throw ValidationError(
                "--layout is auto or one of \(LayoutName.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        if let wrong = accept.first(where: { Acceptance($0) == nil }) {
            throw ValidationError("--accept \(wrong): it is flip, laterality, flip:CASE or laterality:CASE.")
        }
        if let name, name.isEmpty || name.contains("/") {
            throw ValidationError("--name is not empty and has no slash.")
        }
        if let origin, LabelOrigin(rawValue: origin) == nil {
            throw ValidationError("--origin is one of \(LabelOrigin.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
    }

    func run() async throws {
        var request = ImportRequest(
            path: path, name: name, options: try await importOptions(), isDryRun: dryRun)
        if let subjects { request.subjects = try await BlockingWork().run { try SubjectTable(file: subjects) } }
        let summary = try await Session.with(options) { session in
            try await session.catalog.ensureStandardOrgans()
            let runner = ImportRunner(
                catalog: session.catalog, openStore: { try await session.objectStore() }, output: session.output)
            return try await runner.run(request)
        }
        summary.print(to: options.output)
        if summary.status != .done { throw ExitCode(summary.status.rawValue) }
    }

    private func importOptions() async throws -> ImportOptions {
        var description: DatasetMap?
        if let map { description = try await BlockingWork().run { try DatasetMapFile.read(map) } }
        let hasValues = description?.labels.entries.isEmpty == false
        var found = ImportOptions(
            name: name, release: release, layout: LayoutName(rawValue: layout), images: images,
            origin: origin.flatMap(LabelOrigin.init), map: hasValues ? description?.labels : nil, strict: strict)
        found.description = description
        found.accepted = accept.compactMap(Acceptance.init)
        switch complete {
        case "all": found.scope = .declared
        case "present": found.scope = .present
        case let organs?: found.complete = try Self.organs(organs)
        case nil: break
        }
        return found
    }

    /// Keys of the organs, by any of their spellings.
    private static func organs(_ text: String) throws -> Set<OrganKey> {
        let names = text.split(separator: ",").map(String.init)
        return Set(
            try names.map { name in
                guard let organ = Ontology.standard.organ(named: name) else {
                    throw ImportError.unknownOrgan(file: "--complete", organ: name)
                }
                return organ.key
            })
    }
}
