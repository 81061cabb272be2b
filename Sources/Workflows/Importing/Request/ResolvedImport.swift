internal import Catalog
internal import Domain
internal import Importers
internal import System

/// A request whose organs are keys of the catalogue and whose images are found.
struct ResolvedImport: Sendable {
    let request: ImportRequest
    let options: ImportOptions
    /// The dataset whose images the labels belong to; nil where the images are in a folder.
    let images: DatasetImages?

    /// Reads the map from the disk.
    /// - Throws: `ImportError` for an invalid map, `WorkflowError` for images that do not exist or are ambiguous, for an unknown
    ///   organ and for a meaning that is no variant, `CatalogError` for a removed dataset.
    init(_ request: ImportRequest, in catalog: LabelCatalog) async throws {
        var request = request
        request.name = request.name.map(GivenName.normalised)
        request.release = request.release.map(GivenName.normalised)
        if let name = request.name { try WorkflowError.require(name: name, of: "dataset") }
        if let release = request.release { try WorkflowError.require(name: release, of: "release") }
        let ontology = try await catalog.ontology()
        var options = try await Self.options(of: request, ontology)
        var images: DatasetImages?
        switch try await Self.selection(of: request, catalog) {
        case .path(let path)?: options.images = path
        case .dataset(let name)?: images = try await DatasetImages(of: name, pairs: request.pairs, in: catalog)
        case nil: break
        }
        (self.request, self.options, self.images) = (request, options, images)
    }

    private static func selection(of request: ImportRequest, _ catalog: LabelCatalog) async throws -> ImageSelection? {
        guard let images = request.images else { return nil }
        let selection = try await ImageSelection(images, catalog: catalog)
        if case .path(let path) = selection, request.pairs != nil {
            throw WorkflowError(
                .badInput, "--pairs names images of a dataset, and --images names a folder", file: path,
                remedy: "name the dataset with --images, or omit --pairs")
        }
        return selection
    }

    private static func options(of request: ImportRequest, _ ontology: Ontology) async throws -> ImportOptions {
        var description: DatasetMap?
        if let map = request.map {
            description = try await BlockingWork().run { try DatasetMapFile.read(map, ontology: ontology) }
        }
        let hasValues = description?.labels.entries.isEmpty == false
        var options = ImportOptions(
            name: request.name, release: request.release, layout: request.layout, modality: request.modality,
            origin: request.origin, map: hasValues ? description?.labels : nil, strict: request.isStrict)
        options.description = description
        options.ontology = ontology
        options.meanings = try meanings(request.meanings, ontology)
        options.accepted = request.accepted
        options.annotators = request.hasAnnotators
        switch request.complete {
        case .declared?: options.scope = .declared
        case .present?: options.scope = .present
        case .only(let names)?: options.complete = Set(try names.map { try organ($0, "--complete", ontology) })
        case nil: break
        }
        return options
    }

    private static func organ(_ name: String, _ option: String, _ ontology: Ontology) throws -> OrganKey {
        guard let organ = ontology.organ(named: name) else {
            let nearest = Spelling.nearest(to: name, among: ontology.organs.map(\.key.rawValue))
            throw WorkflowError(
                .badInput, "\(option): no organ is named \(name)",
                remedy: Spelling.offer(nearest) + "lacuna organ list shows all organs")
        }
        return organ.key
    }

    private static func meanings(
        _ meanings: [ImportRequest.Meaning], _ ontology: Ontology
    ) throws -> [OrganKey: OrganKey] {
        var found: [OrganKey: OrganKey] = [:]
        for meaning in meanings {
            let organ = try Self.organ(meaning.organ, "--means", ontology)
            let variant = try Self.organ(meaning.variant, "--means", ontology)
            guard ontology.variants(of: organ).contains(variant) else {
                throw WorkflowError(
                    .badInput, "\(variant) is no variant of \(organ)",
                    remedy:
                        "add it with lacuna organ import, column variant_of; lacuna organ show \(organ) lists the variants"
                )
            }
            found[organ] = variant
        }
        return found
    }
}
