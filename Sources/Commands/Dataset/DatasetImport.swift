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

    @Option(help: "Read the meaning of label values from this YAML file.")
    var map: String?

    @Option(help: "Read whose scan each case is from this CSV file, columns case and subject.")
    var subjects: String?

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
        var labelMap: LabelMap?
        if let map { labelMap = try await BlockingWork().run { try LabelMapFile.read(map) } }
        return ImportOptions(
            name: name, release: release, layout: LayoutName(rawValue: layout), images: images,
            origin: origin.flatMap(LabelOrigin.init), map: labelMap, strict: strict)
    }
}
