internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Importers
internal import System

struct DatasetImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import a dataset's folder as it was downloaded.",
        discussion: """
            The layout is recognised by its structure. Images stay where they are and are referenced; masks are copied \
            into the object store. Importing a folder again records only what changed.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Read this folder, or one label file.")
    var path: String

    @Option(help: "Call the dataset so (default: the folder's name).")
    var name: String?

    @Option(
        help: """
            Take the label map and the facts of this release (default: found from the files); RELEASE+NAME is a version of it, \
            recorded beside it.
            """)
    var release: String?

    @Option(help: "Read this layout: auto, \(LayoutName.allCases.map(\.rawValue).joined(separator: ", ")).")
    var layout = "auto"

    @Option(help: "Look for the images in this folder, take this image, or take the images of this dataset.")
    var images: String?

    @Option(help: "Read which image of the dataset each case has from this CSV file, columns case and image.")
    var pairs: String?

    @Option(help: "Say what the images show: CT, MR or other (default: as the layout tells).")
    var modality: String?

    @Option(help: "Say who stands behind the labels: expert, assisted, reviewed or model.")
    var origin: String?

    @Option(help: "Read what values mean, and where the files lie, from this YAML file.")
    var map: String?

    @Option(help: "Read whose scan each case is from this CSV file, columns case and subject.")
    var subjects: String?

    @Option(help: "Say which organs are decided in every case: names with commas, all, or present (those with voxels).")
    var complete: String?

    @Option(help: "Keep the report in this file, .json, .csv or .txt, also where the import fails or is interrupted.")
    var report: ReportFile?

    @Option(
        help:
            "Record what this release calls ORGAN as a variant of it that the catalogue has: ORGAN=VARIANT; say it again for more."
    )
    var means: [String] = []

    @Option(
        help: """
            Accept a proposal of the report: flip mirrors labels that strong evidence shows to lie mirrored on their image, \
            handedness takes labels stored mirrored that their headers put on the image, laterality takes patients whose \
            organs are all reversed; flip:CASE and the like for one case. Repeatable.
            """)
    var accept: [String] = []

    @Flag(
        help: """
            Record also what each single annotator drew, where the layout has it (KiTS): as words beside the labels, which \
            never count by themselves.
            """)
    var annotators = false

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
        if let wrong = means.first(where: { $0.split(separator: "=", omittingEmptySubsequences: false).count != 2 }) {
            throw ValidationError("--means \(wrong): say ORGAN=VARIANT.")
        }
        if let origin, LabelOrigin(rawValue: origin) == nil {
            throw ValidationError("--origin is one of \(LabelOrigin.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        if let modality, Modality(rawValue: modality) == nil {
            throw ValidationError("--modality is one of \(Modality.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        if pairs != nil && images == nil { throw ValidationError("--pairs needs --images with a dataset.") }
    }

    func run() async throws {
        var request = ImportRequest(path: path, name: name, options: ImportOptions(), isDryRun: dryRun)
        if let subjects { request.subjects = try await BlockingWork().run { try SubjectTable(file: subjects) } }
        if let report { try TextFile.requireWritable(report.path) }
        let progress = ImportProgress()
        Interruption.watch { [report] in progress.endInterrupted(keeping: report) }
        let summary: ImportSummary
        do {
            summary = try await importing(request, progress)
        } catch {
            try? report?.write(progress.summary, CommandFailure(error))
            throw error
        }
        try report?.write(summary, nil)
        summary.print(to: options.output)
        if summary.status != .done { throw ExitCode(summary.status.rawValue) }
    }

    private func importing(_ request: ImportRequest, _ progress: ImportProgress) async throws -> ImportSummary {
        var request = request
        return try await Session.with(options) { session in
            try await session.catalog.ensureStandardOrgans()
            request.options = try await importOptions(try await session.catalog.ontology())
            try await takeImages(&request, session.catalog)
            let runner = ImportRunner(
                catalog: session.catalog, openStore: { try await session.objectStore() },
                converted: session.converted, output: session.output, progress: progress)
            return try await runner.run(request)
        }
    }

    private func takeImages(_ request: inout ImportRequest, _ catalog: LabelCatalog) async throws {
        guard let images else { return }
        switch try await ImageArgument(images, catalog: catalog) {
        case .path(let path) where pairs == nil: request.options.images = path
        case .path(let path):
            throw CommandFailure(
                .badInput, "--pairs names cases of a dataset, and --images a folder", file: path,
                remedy: "name the dataset with --images, or leave --pairs out")
        case .dataset(let name):
            if let pairs {
                request.pairs = try await BlockingWork().run { try CaseTable(file: pairs, column: "image") }
            }
            request.images = try await DatasetImages(of: name, pairs: request.pairs, in: catalog)
        }
    }

    private func importOptions(_ ontology: Ontology) async throws -> ImportOptions {
        var description: DatasetMap?
        if let map { description = try await BlockingWork().run { try DatasetMapFile.read(map, ontology: ontology) } }
        let hasValues = description?.labels.entries.isEmpty == false
        var found = ImportOptions(
            name: name, release: release, layout: LayoutName(rawValue: layout),
            modality: modality.flatMap(Modality.init(rawValue:)), origin: origin.flatMap(LabelOrigin.init),
            map: hasValues ? description?.labels : nil, strict: strict)
        found.description = description
        found.ontology = ontology
        found.meanings = try meanings(ontology)
        found.accepted = accept.compactMap(Acceptance.init)
        found.annotators = annotators
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
