internal import Catalog
internal import Console
internal import Domain
internal import Exporters

/// The cases that go into an export, and what stays out of it.
struct ExportSelection: Sendable {
    let revision: Revision
    let scheme: LabelScheme
    let ontology: Ontology
    let cases: [ExportCase]
    /// Volumes of which nothing of the wanted organs is known.
    let unknown: Int
    /// Volumes whose subjects are in no wanted part of the split.
    let outsideSplit: Int
    let releases: [LicensedRelease]
    /// In how many folds the split's subjects validate; 0 without a split.
    let folds: Int
}

/// One volume that goes into an export.
struct ExportCase: Sendable {
    let name: String
    let volume: VolumeID
    let subject: String
    let place: SplitPlaces.Place?
    let shape: GridShape
    let modality: String
    /// The image that the export takes.
    let source: SourceRow
    let labels: [ExportLabel]

    var evidence: [OrganEvidence] {
        labels.filter { $0.status != .unlabelled }.map { label in
            OrganEvidence(
                organ: label.organ, isModelMade: label.status == .pseudo, hasMask: label.mask != nil,
                extent: label.extent)
        }
    }

    /// What the catalogue says of an organ.
    func label(of organ: OrganKey) -> ExportLabel? { labels.first { $0.organ == organ } }

    /// The organ's status; one that nobody labelled by itself has that of its divisions, if all are labelled.
    func status(of organ: OrganKey, _ ontology: Ontology) -> LabelStatus {
        if let label = label(of: organ) { return label.status }
        let divisions = Set(ontology.divisions(of: organ).map { status(of: $0, ontology) })
        if divisions.isEmpty || divisions.contains(.unlabelled) { return .unlabelled }
        return divisions.contains(.pseudo) ? .pseudo : divisions.contains(.annotated) ? .annotated : .absent
    }
}

extension ExportSelection {
    static var nothingDecided: CommandFailure {
        CommandFailure(
            .badInput, "in no volume is any voxel known for all of these organs",
            remedy: "choose fewer organs, or let pseudo labels fill the gaps with --include-pseudo")
    }

    /// What the description says for people: licences with their sources, and the revision.
    var remarks: [OrderedJSON.Member] {
        let licences = releases.flatMap { release in
            let stated = release.statements
            return (stated.isEmpty ? [LicenceStatement(text: "not stated", source: "none found")] : stated).map {
                OrderedJSON.object([
                    .init("dataset", .text(release.dataset)), .init("licence", .text($0.text)),
                    .init("source", .text($0.source)),
                ])
            }
        }
        return [.init("licence", .list(licences)), .init("release", .text("revision \(revision)"))]
    }

    /// - Parameter parts: the parts of a split that are taken where the options name none.
    /// - Throws: what the catalogue does not know, bad input where nothing is left.
    static func make(
        _ options: ExportOptions, parts: Set<SplitPart>, _ session: Session
    ) async throws -> ExportSelection {
        let catalog = session.catalog
        let ontology = try await catalog.ontology()
        let names = OrganNames(try await catalog.organs())
        let scheme = try LabelScheme(options.organNames.map { try names.key(of: $0) }, ontology: ontology)
        let merge = try ExportMerge(options.merge, over: scheme.organs, ontology, names)
        for dataset in options.dataset { try await catalog.requireDataset(dataset) }
        if let run = options.run { try await catalog.requireRun(run) }
        let revision = try await revision(options.asOf, catalog)
        var selector = try await ExportSelector(options, parts, scheme, merge, ontology, revision, catalog)
        let bar = session.output.progress("select", total: selector.volumes.count)
        for volume in selector.volumes {
            try await selector.take(volume)
            bar.advance()
        }
        bar.finish()
        return try await selector.finish()
    }

    private static func revision(_ asOf: Int64?, _ catalog: LabelCatalog) async throws -> Revision {
        let newest = try await catalog.currentRevision()
        guard let asOf else { return newest }
        guard (0...newest.number).contains(asOf) else {
            throw CatalogError.unknownRevision(Revision(asOf), newest: newest)
        }
        return Revision(asOf)
    }
}

/// Goes through the volumes of the catalogue and takes those that the options name.
private struct ExportSelector {
    let volumes: [VolumeRow]
    private let options: ExportOptions
    private let scheme: LabelScheme
    private let revision: Revision
    private let catalog: LabelCatalog
    private let composer: LabelComposer
    private let places: SplitPlaces?
    private let merge: ExportMerge
    private let ontology: Ontology
    /// The parts to take; nil: whatever the subject is in.
    private let wanted: Set<SplitPart>?
    private var names = CaseNames()
    private var cases: [ExportCase] = []
    private var unknown = 0
    private var outsideSplit = 0

    init(
        _ options: ExportOptions, _ parts: Set<SplitPart>, _ scheme: LabelScheme, _ merge: ExportMerge,
        _ ontology: Ontology, _ revision: Revision, _ catalog: LabelCatalog
    ) async throws {
        wanted = options.split == nil ? nil : options.part.isEmpty ? parts : Set(options.part.map(\.part))
        (self.options, self.scheme, self.revision, self.catalog) = (options, scheme, revision, catalog)
        (self.merge, self.ontology) = (merge, ontology)
        composer = LabelComposer(scheme: scheme, ontology: ontology)
        places = try await options.split.asyncMap { try await SplitPlaces.read($0, in: catalog) }
        volumes = try await catalog.volumes().filter { volume in
            volume.sources.contains { Self.takes($0, options) }
        }
    }

    private static func takes(_ source: SourceRow, _ options: ExportOptions) -> Bool {
        !source.isRemoved && (options.dataset.isEmpty || options.dataset.contains(source.dataset))
    }

    mutating func take(_ volume: VolumeRow) async throws {
        let place = places?[volume.subject]
        if let wanted, !(place?.part.map { wanted.contains($0) } ?? false) {
            outsideSplit += 1
            return
        }
        var labels = try await catalog.exportLabels(
            volume: volume.id, asOf: revision, of: options.dataset, run: options.includePseudo ? options.run : nil)
        if !options.includePseudo { labels.removeAll { $0.status == .pseudo } }
        labels = merge.applied(to: labels)
        guard let source = volume.sources.first(where: { Self.takes($0, options) }) else { return }
        let found = ExportCase(
            name: names.name(dataset: source.dataset, caseName: source.caseName, volume: volume.id),
            volume: volume.id, subject: volume.subject, place: place, shape: volume.shape, modality: volume.modality,
            source: source, labels: labels)
        if found.evidence.contains(where: composer.concerns) { cases.append(found) } else { unknown += 1 }
    }

    func finish() async throws -> ExportSelection {
        guard !cases.isEmpty else {
            throw CommandFailure(
                .badInput, "nothing is known of these organs in the volumes that were asked for",
                remedy: "see lacuna coverage --by dataset, or choose other organs, datasets or parts")
        }
        return ExportSelection(
            revision: revision, scheme: scheme, ontology: ontology, cases: cases, unknown: unknown,
            outsideSplit: outsideSplit, releases: try await releases(), folds: places?.folds ?? 0)
    }

    /// The releases of every dataset that images or labels come from, also through what masks were made of and runs learned from.
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

extension Optional {
    fileprivate func asyncMap<T>(_ body: (Wrapped) async throws -> T) async rethrows -> T? {
        switch self {
        case .some(let wrapped): try await body(wrapped)
        case .none: nil
        }
    }
}
