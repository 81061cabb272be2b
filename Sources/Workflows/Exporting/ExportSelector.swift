internal import Catalog
internal import Domain
internal import Exporters

/// Selects the volumes and labels that a request names.
struct ExportSelector {
    private let volumes: [VolumeRow]
    private let request: ExportRequest
    private let scheme: LabelScheme
    private let revision: Revision
    private let catalog: LabelCatalog
    private let composer: LabelComposer
    private let places: SplitPlaces?
    private let mapping: ExportClassMapping
    private let ontology: Ontology
    /// The exported parts; nil: all subjects.
    private let parts: Set<SplitPart>?
    private var names = CaseNames()
    private var cases: [ExportCase] = []
    private var unknown = 0
    private var outsideSplit = 0
    /// Volumes of locked test subjects.
    private let lockedVolumes: Set<VolumeID>
    private var locked = 0

    /// - Parameter parts: the parts of a split that are exported where the request names none.
    /// - Throws: `CatalogError` for unknown names, `ExportError` for organs that cannot be exported together, `WorkflowError` of
    ///   kind `badInput` where no volume is left.
    static func select(
        _ request: ExportRequest, parts: Set<SplitPart>, _ workspace: Workspace
    ) async throws -> ExportSelection {
        var selector = try await ExportSelector(request, parts, workspace.catalog)
        let meter = workspace.progress.begin("select", total: selector.volumes.count)
        defer { meter.finish() }
        for volume in selector.volumes {
            try await selector.add(volume)
            meter.advance()
        }
        return try await selector.finish()
    }

    private init(_ request: ExportRequest, _ parts: Set<SplitPart>, _ catalog: LabelCatalog) async throws {
        ontology = try await catalog.ontology()
        let names = OrganNames(try await catalog.organs())
        scheme = try LabelScheme(request.organs.map { try names.key(of: $0) }, ontology: ontology)
        mapping = try ExportClassMapping(request.classMappings, exporting: scheme.organs, ontology, names)
        composer = LabelComposer(scheme: scheme, ontology: ontology)
        for dataset in request.datasets { try await catalog.requireDataset(dataset) }
        if let run = request.run { try await catalog.requireRun(run) }
        revision = try await catalog.existingRevision(request.asOf)
        if let split = request.split {
            self.parts = request.parts.isEmpty ? parts : request.parts
            places = try await SplitPlaces.read(split, in: catalog)
        } else {
            (self.parts, places) = (nil, nil)
        }
        volumes = try await catalog.volumes().filter { $0.sources.contains { Self.isExported($0, request) } }
        lockedVolumes = try await catalog.lockedVolumes()
        (self.request, self.catalog) = (request, catalog)
    }

    private static func isExported(_ source: SourceRow, _ request: ExportRequest) -> Bool {
        !source.isRemoved && (request.datasets.isEmpty || request.datasets.contains(source.dataset))
    }

    private mutating func add(_ volume: VolumeRow) async throws {
        let place = places?[volume.subject]
        if let parts, !(place?.part.map { parts.contains($0) } ?? false) {
            outsideSplit += 1
            return
        }
        if lockedVolumes.contains(volume.id) && place?.part != .test {
            locked += 1
            return
        }
        guard let source = volume.sources.first(where: { Self.isExported($0, request) }) else { return }
        let found = ExportCase(
            name: names.name(dataset: source.dataset, caseName: source.caseName, volume: volume.id),
            volume: volume.id, subject: volume.subject, place: place, shape: volume.shape, modality: volume.modality,
            source: source, labels: try await labels(of: volume.id))
        if found.evidence.contains(where: composer.concerns) { cases.append(found) } else { unknown += 1 }
    }

    private func labels(of volume: VolumeID) async throws -> [ExportLabel] {
        let labels = try await catalog.exportLabels(
            volume: volume, asOf: revision, of: request.datasets,
            run: request.includesPseudoLabels ? request.run : nil)
        return mapping.applied(to: labels.filter { request.includesPseudoLabels || $0.status != .pseudo })
    }

    private func finish() async throws -> ExportSelection {
        guard !cases.isEmpty else {
            throw WorkflowError(
                .badInput, "none of these organs is labelled in the selected volumes",
                remedy: "see lacuna coverage --by dataset, or choose other organs, datasets or parts")
        }
        return ExportSelection(
            revision: revision, scheme: scheme, ontology: ontology, cases: cases, unknown: unknown,
            outsideSplit: outsideSplit, locked: locked, releases: try await releases(),
            lacksRemovedData: try await catalog.hasRemovals(since: revision), folds: places?.folds ?? 0)
    }

    /// The releases of every dataset that images or labels come from, also through derived masks and the training of runs.
    private func releases() async throws -> [LicensedRelease] {
        let labels = cases.flatMap(\.labels)
        let own = Set(cases.map(\.source.dataset) + labels.compactMap(\.dataset))
        let rounds = Set(labels.compactMap(\.round))
        var uses = try await catalog.datasets(
            behind: labels.compactMap { $0.mask?.mask },
            runs: Set(rounds.map { String($0.prefix(upTo: $0.lastIndex(of: "/") ?? $0.endIndex)) }))
        for dataset in own { uses[dataset] = .own }
        let stated = Dictionary(grouping: try await catalog.licences()) { [$0.dataset, $0.release] }
        return try await catalog.datasets().compactMap { row in
            uses[row.name].map { use in
                LicensedRelease(
                    dataset: row.name, release: row.release,
                    statements: stated[[row.name, row.release]]?.map(\.statement) ?? [], use: use)
            }
        }
    }
}
