internal import Catalog
internal import Domain
internal import Imaging
internal import Importers
internal import System

/// Compares a case with what the catalogue records of the same scan: the labels of other sources and of the release's earlier
/// import, modality and spacing.
struct CaseContradictions {
    private let workspace: Workspace
    private let ontology: Ontology
    /// The dataset that is imported.
    private let dataset: String
    private let isDryRun: Bool
    /// Whether the caller accepts labels that contradict others.
    private let isAccepted: Bool

    init(_ workspace: Workspace, ontology: Ontology, _ summary: ImportSummary, isAccepted: Bool) {
        (self.workspace, self.ontology, self.isAccepted) = (workspace, ontology, isAccepted)
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
            + (try await relatives(of: item, scan, in: place))
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

    private func labels(
        of item: InspectedCase, _ scan: KnownScan, in place: CasePlace
    ) async throws -> [ImportFinding] {
        let labels = item.labels.filter { $0.status != .pseudo }
        let rivals = try await workspace.catalog.competingAnnotations(
            with: labels.map(LabelClaim.init), volume: scan.volume, in: place)
        let byOrgan = Dictionary(labels.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first })
        var findings: [ImportFinding] = []
        for rival in rivals {
            guard let label = byOrgan[rival.organ] else { continue }
            if rival.isContradiction {
                findings.append(
                    ImportFinding(label, contradicts: rival, caseName: item.files.name, dataset, isAccepted: isAccepted)
                )
            } else if let dice = try await lowDice(label, rival, item, &findings) {
                findings.append(
                    ImportFinding(label, overlaps: rival, dice: dice, caseName: "\(dataset)/\(item.files.name)"))
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
                let new = try MaskCodec.decode(
                    mask.bytes, shape: shape, contentHash: mask.contentHash, name: "the mask of \(label.organ)")
                return KnownMask(
                    foreground: new.foreground, region: KnownRegion(shape, extent: label.extent, known: new.known)
                ).dice(with: recorded)
            }
            return dice.flatMap { $0 < KnownMask.littleOverlap ? $0 : nil }
        } catch let error as WorkflowError where error.kind == .damaged {
            findings.append(ImportFinding(notCompared: label, rival, error))
            return nil
        }
    }

    // MARK: - Parts and wholes

    /// Parts and lesions that are annotated in an organ that is absent, the one here, the other by another source.
    private func relatives(
        of item: InspectedCase, _ scan: KnownScan, in place: CasePlace
    ) async throws -> [ImportFinding] {
        var pairs: [(label: InspectedLabel, relative: OrganKey)] = []
        for label in item.labels where label.status == .absent || label.status == .annotated && label.region != nil {
            let organs = label.status == .absent ? inside(label.organ) : around(label.organ)
            pairs += organs.map { (label, $0) }
        }
        let found = try await workspace.catalog.currentAnnotations(
            of: Array(Set(pairs.map(\.relative))).sorted(), volume: scan.volume, outside: place)
        let byOrgan = Dictionary(found.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first })
        return pairs.compactMap { label, relative in
            byOrgan[relative].flatMap { known in
                known.status == (label.status == .absent ? .annotated : .absent)
                    ? ImportFinding(label, besides: known, caseName: "\(dataset)/\(item.files.name)") : nil
            }
        }
    }

    private func inside(_ organ: OrganKey) -> [OrganKey] {
        Array(Set(ontology.parts(of: organ) + ontology.organs.filter { $0.host == organ }.map(\.key)))
    }

    private func around(_ organ: OrganKey) -> [OrganKey] {
        Array(Set(ontology.wholes(of: organ) + [ontology.organs.first { $0.key == organ }?.host].compactMap { $0 }))
    }
}

extension LabelClaim {
    fileprivate init(_ label: InspectedLabel) {
        self.init(
            organ: label.organ, status: label.status, origin: label.origin, voxels: label.region?.voxels ?? 0)
    }
}
