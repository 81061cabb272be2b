internal import Catalog
internal import Domain
internal import Imaging
internal import Importers
internal import System

/// Compares a case with what the catalogue records of the same scan: the labels of other sources, of other cases and of the case's
/// earlier import, modality and spacing.
struct CaseContradictions {
    let workspace: Workspace
    let ontology: Ontology
    /// The dataset that is imported.
    let dataset: String
    private let isDryRun: Bool
    /// Which contradicting labels the caller accepts.
    private let acceptance: ContradictionAcceptance

    init(_ workspace: Workspace, ontology: Ontology, _ summary: ImportSummary, _ acceptance: ContradictionAcceptance) {
        (self.workspace, self.ontology, self.acceptance) = (workspace, ontology, acceptance)
        (dataset, isDryRun) = (summary.dataset, summary.isDryRun)
    }

    /// One finding for each contradiction; none where the scan is new.
    /// - Throws: `ObjectStoreError` where masks cannot be read; a damaged mask is a finding.
    func findings(
        on item: InspectedCase, _ source: SourceRecord, in place: CasePlace
    ) async throws -> [ImportFinding] {
        let scan = try await workspace.catalog.knownScan(
            identity: item.image.identity.exact, outside: item.files.name, of: place)
        guard let scan else { return [] }
        return headers(of: item, scan) + (try await subjects(of: item, source, in: place))
            + (try await labels(of: item, scan, in: place))
            + (try await organs(of: item, scan, in: place))
    }

    // MARK: - Headers

    private func headers(of item: InspectedCase, _ scan: KnownScan) -> [ImportFinding] {
        let file = item.image.file.file.path
        let (spacing, modality) = (item.image.grid.canonicalAffine.spacing, item.image.modality)
        let scaled = scan.sources.first { $0.differs(from: spacing) }
        let other = scan.sources.first { source in
            modality != .other && source.modality != Modality.other.rawValue && source.modality != modality.rawValue
        }
        return [
            scaled.map { ImportFinding(spacing: spacing, unlike: $0, volume: scan.volume, file: file) },
            other.map { ImportFinding(modality: modality, unlike: $0, file: file) },
        ].compactMap { $0 }
    }

    // MARK: - Subject

    private func subjects(
        of item: InspectedCase, _ source: SourceRecord, in place: CasePlace
    ) async throws -> [ImportFinding] {
        // A table is applied as a whole, and reported then.
        guard !source.isStated, let clash = try await workspace.catalog.subjectClash(of: source, in: place),
            clash.areApart || isDryRun
        else { return [] }
        return [ImportFinding(clash, key: "\(dataset)/\(source.subjectKey)", file: item.image.file.file.path)]
    }

    // MARK: - Labels

    /// One finding for each contradiction with another case of the same scan that is imported too and not recorded yet.
    func findings(on item: InspectedCase, besides other: InspectedCase) async throws -> [ImportFinding] {
        let labels = item.labels.filter { $0.status != .pseudo }
        let others = Dictionary(
            other.labels.filter { $0.status != .pseudo }.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first }
        )
        var findings: [ImportFinding] = []
        for label in labels {
            guard let known = others[label.organ] else { continue }
            let rival = CompetingAnnotation(known, source: "\(dataset)/\(other.files.name)", unlike: label)
            if rival.isContradiction {
                findings.append(finding(label, contradicts: rival, item))
            } else if let mask = label.mask, let otherMask = known.mask, mask.contentHash != otherMask.contentHash {
                let shape = item.image.grid.canonicalShape
                let dice = try await BlockingWork().run {
                    try KnownMask(mask, extent: label.extent, shape: shape, of: label.organ).dice(
                        with: try KnownMask(otherMask, extent: known.extent, shape: shape, of: label.organ))
                }
                if let dice, dice < KnownMask.littleOverlap { findings.append(finding(label, rival, dice, item)) }
            }
        }
        let besides = other.labels.filter { $0.status != .pseudo }.map {
            OtherLabel($0, source: "\(dataset)/\(other.files.name)")
        }
        return findings + (try await organs(of: item, besides: besides))
    }

    private func finding(
        _ label: InspectedLabel, contradicts rival: CompetingAnnotation, _ item: InspectedCase
    ) -> ImportFinding {
        ImportFinding(
            label, contradicts: rival, caseName: item.files.name, dataset, isAccepted: accepts(against: rival))
    }

    private func finding(
        _ label: InspectedLabel, _ rival: CompetingAnnotation, _ dice: Double, _ item: InspectedCase
    ) -> ImportFinding {
        ImportFinding(
            label, overlaps: rival, dice: dice, caseName: item.files.name, dataset, isAccepted: accepts(against: rival))
    }

    private func accepts(against rival: CompetingAnnotation) -> Bool {
        acceptance == .all || acceptance == .unlessOfOneRelease && rival.relation != .otherCase
    }

    private func labels(
        of item: InspectedCase, _ scan: KnownScan, in place: CasePlace
    ) async throws -> [ImportFinding] {
        let labels = item.labels.filter { $0.status != .pseudo }
        let rivals = try await workspace.catalog.competingAnnotations(
            with: labels.map(LabelClaim.init), volume: scan.volume, of: item.files.name, in: place)
        let byOrgan = Dictionary(labels.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first })
        var findings: [ImportFinding] = []
        for rival in rivals {
            guard let label = byOrgan[rival.organ] else { continue }
            if rival.isContradiction {
                findings.append(finding(label, contradicts: rival, item))
            } else if let dice = try await lowDice(label, rival, item, &findings) {
                findings.append(finding(label, rival, dice, item))
            }
        }
        return findings
    }

    /// The Dice coefficient of the two masks where it is low; nil where they are equal, similar or not comparable.
    private func lowDice(
        _ label: InspectedLabel, _ rival: CompetingAnnotation, _ item: InspectedCase, _ findings: inout [ImportFinding]
    ) async throws -> Double? {
        guard let mask = label.mask, let other = rival.mask,
            mask.contentHash != other.content || label.extent != rival.limits.extent
        else { return nil }
        let shape = item.image.grid.canonicalShape
        do {
            let recorded = try await workspace.masks().read(other, rival.limits, shape: shape)
            let dice = try await BlockingWork().run {
                try KnownMask(mask, extent: label.extent, shape: shape, of: label.organ).dice(with: recorded)
            }
            return dice.flatMap { $0 < KnownMask.littleOverlap ? $0 : nil }
        } catch let error as WorkflowError where error.kind == .damaged {
            findings.append(ImportFinding(notCompared: label, rival, error))
            return nil
        }
    }
}

extension CompetingAnnotation {
    /// The label of another case of the release, which is recorded first.
    fileprivate init(_ known: InspectedLabel, source: String, unlike label: InspectedLabel) {
        let annotated = known.status == .annotated ? known : label
        self.init(
            organ: known.organ, status: known.status, origin: known.origin, mask: nil,
            limits: LabelLimits(extent: known.extent), source: source, relation: .otherCase,
            isContradiction: known.status != label.status && annotated.region != nil, choice: .held)
    }
}

extension LabelClaim {
    fileprivate init(_ label: InspectedLabel) {
        self.init(
            organ: label.organ, status: label.status, origin: label.origin, voxels: label.region?.voxels ?? 0)
    }
}
