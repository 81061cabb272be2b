internal import Catalog
internal import Domain
internal import Imaging
internal import Importers
internal import System

/// The label of an organ by another source of the scan.
struct OtherLabel {
    enum Voxels {
        case recorded(MaskLocation, LabelLimits)
        /// Of a case that is imported too.
        case read(EncodedMask, extent: VoxelBox?)
    }

    let organ: OrganKey
    /// Annotated with voxels, else absent.
    let isAnnotated: Bool
    let source: String
    let box: VoxelBox?
    /// Nil for an absence.
    let voxels: Voxels?

    init(_ known: CurrentAnnotation) {
        (organ, source, box) = (known.organ, known.source, known.box)
        isAnnotated = known.status == .annotated
        voxels = known.mask.map { .recorded($0, known.limits) }
    }

    init(_ label: InspectedLabel, source: String) {
        (organ, self.source, box) = (label.organ, source, label.region?.box)
        isAnnotated = label.status == .annotated
        voxels = label.mask.map { .read($0, extent: label.extent) }
    }
}

extension CaseContradictions {
    /// What the labels of the case and those of other organs by other sources contradict each other in.
    func organs(of item: InspectedCase, _ scan: KnownScan, in place: CasePlace) async throws -> [ImportFinding] {
        let found = try await workspace.catalog.currentAnnotations(
            volume: scan.volume, outside: item.files.name, of: place)
        return try await organs(of: item, besides: found.map(OtherLabel.init))
    }

    func organs(of item: InspectedCase, besides others: [OtherLabel]) async throws -> [ImportFinding] {
        let labels = item.labels.filter { $0.status != .pseudo }
        return absences(labels, others, item) + divisions(labels, others)
            + (try await masks(labels, others, item))
    }

    // MARK: - Absences

    /// A part or a lesion is annotated and the organ absent.
    private func absences(
        _ labels: [InspectedLabel], _ others: [OtherLabel], _ item: InspectedCase
    ) -> [ImportFinding] {
        labels.flatMap { label in
            others.compactMap { other in
                let isContradiction =
                    label.status == .absent
                    ? other.isAnnotated && ontology.isInside(other.organ, label.organ)
                    : label.region != nil && !other.isAnnotated && ontology.isInside(label.organ, other.organ)
                return isContradiction
                    ? ImportFinding(label, besides: other, caseName: "\(dataset)/\(item.files.name)") : nil
            }
        }
    }

    /// A whole has voxels and each of its divisions is absent, not all by the case.
    private func divisions(_ labels: [InspectedLabel], _ others: [OtherLabel]) -> [ImportFinding] {
        let own = Dictionary(labels.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Dictionary(others.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first })
        let found = ontology.wholesWithoutDivisions(
            hasVoxels: { own[$0].map { $0.region != nil } ?? known[$0]?.isAnnotated ?? false },
            isAbsent: { own[$0].map { $0.status == .absent } ?? known[$0].map { !$0.isAnnotated } ?? false })
        return found.compactMap { whole, divisions in
            let involved = [whole] + divisions
            guard let file = involved.lazy.compactMap({ own[$0]?.file.file.path }).first,
                let other = involved.lazy.filter({ own[$0] == nil }).compactMap({ known[$0] }).first
            else { return nil }
            return ImportFinding(whole, without: divisions, by: other.source, file: file)
        }
    }

    // MARK: - Masks

    /// Organs that exclude each other with common voxels, and parts and lesions outside their organs. An organ that the case itself
    /// labels is compared with its own label there, not with others.
    private func masks(
        _ labels: [InspectedLabel], _ others: [OtherLabel], _ item: InspectedCase
    ) async throws -> [ImportFinding] {
        let named = Set(labels.map(\.organ))
        let others = others.filter { $0.isAnnotated && !named.contains($0.organ) }
        var findings: [ImportFinding] = []
        for other in others {
            let concerned = labels.filter { concerns($0, other) }
            guard !concerned.isEmpty else { continue }
            do {
                guard let known = try await mask(of: other, item) else { continue }
                let found = try await compare(concerned, with: known, of: other.organ, item)
                findings += found.map { ImportFinding($0.label, $0.conflict, with: other.source) }
            } catch let error as WorkflowError where error.kind == .damaged {
                findings.append(ImportFinding(notCompared: concerned[0], with: other, error))
            }
        }
        return findings
    }

    /// Whether the masks have to be compared.
    private func concerns(_ label: InspectedLabel, _ other: OtherLabel) -> Bool {
        guard let box = label.region?.box, let otherBox = other.box else { return false }
        switch ontology.pairing(label.organ, other.organ) {
        case .exclusive: return box.meets(otherBox)
        case .inside, .around: return true
        case nil: return false
        }
    }

    private func mask(of other: OtherLabel, _ item: InspectedCase) async throws -> KnownMask? {
        let shape = item.image.grid.canonicalShape
        switch other.voxels {
        case .recorded(let location, let limits):
            return try await workspace.masks().read(location, limits, shape: shape)
        case .read(let mask, let extent):
            return try await BlockingWork().run {
                try KnownMask(mask, extent: extent, shape: shape, of: other.organ)
            }
        case nil: return nil
        }
    }

    private func compare(
        _ labels: [InspectedLabel], with known: KnownMask, of other: OrganKey, _ item: InspectedCase
    ) async throws -> [(label: InspectedLabel, conflict: LabelConflict)] {
        let (rule, shape) = (OrganPairRule(ontology: ontology), item.image.grid.canonicalShape)
        return try await BlockingWork().run {
            try labels.compactMap { label -> (label: InspectedLabel, conflict: LabelConflict)? in
                guard let mask = label.mask else { return nil }
                let new = try KnownMask(mask, extent: label.extent, shape: shape, of: label.organ)
                return rule.conflict(label.organ, new, other, known).map { (label: label, conflict: $0) }
            }
        }
    }
}
