internal import Catalog
package import Domain
internal import System

/// Lists what the sources of the catalogue contradict each other in.
package struct LabelConflictSearch {
    /// What two sources contradict each other in.
    package enum Kind: String, CaseIterable, Sendable {
        /// One has the organ annotated, with voxels, the other absent.
        case status
        /// Two masks of one organ overlap little.
        case overlap
        /// An organ is absent and a part or a lesion of it annotated, or an organ is annotated and all its divisions are absent.
        case part
        /// Two organs that exclude each other have common voxels.
        case exclusion
        /// A part or a lesion has no voxel in its organ.
        case outside
        case modality
        case spacing
        /// Whose scans two sources are: voxels and identifiers in DICOM slices, against the recorded subjects.
        case subject
    }

    /// How the current label was chosen.
    package enum State: String, Sendable {
        /// Not decided: the other label is held.
        case held
        /// A person's annotation or a consensus is current, or a person or a table named two patients.
        case person
        /// By the policy: dataset, origin or age.
        case policy
        /// Both are in use.
        case open
    }

    package struct Request: Sendable {
        /// As a person names it: id, `DATASET/CASE` or file; nil: all.
        package var volume: String?
        /// Key or another spelling; nil: all.
        package var organ: String?
        /// Of which one of the two sides is; nil: all.
        package var dataset: String?
        /// Empty: all.
        package var kinds: Set<Kind> = []
        /// Whether only held labels are listed.
        package var isHeldOnly = false
        /// Two masks with a lower Dice coefficient are listed; 0 to 1.
        package var dice: Double

        package init(dice: Double = KnownMask.littleOverlap) { self.dice = dice }
    }

    /// One of two contradicting sources.
    package struct Side: Hashable, Sendable {
        /// `DATASET RELEASE`, the name of a person or consensus, or `DATASET/CASE` for headers and subjects.
        package let source: String
        /// The status of the label, with the organ where that differs; the spacing, the modality, or the subject with the evidence.
        package let value: String
        package let origin: LabelOrigin?
        package let mask: MaskID?
    }

    package struct Conflict: Hashable, Sendable {
        package let kind: Kind
        package let volume: VolumeID
        /// `DATASET/CASE` of a source of the volume, if possible of the requested dataset.
        package let caseName: String?
        /// Nil for headers and subjects.
        package let organ: OrganKey?
        /// The current label; the first source for headers. Nil where a held label is the only one left.
        package let current: Side?
        package let other: Side
        /// Nil unless the kind is `overlap`.
        package let dice: Double?
        package let state: State
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// Masks are compared once; later calls read the recorded coefficients.
    ///
    /// - Returns: by kind, then by volume and organ.
    /// - Throws: `CatalogError` for unknown names; `WorkflowError` of kind `damaged` for a mask that cannot be read.
    package func run(_ request: Request) async throws -> [Conflict] {
        let catalog = workspace.catalog
        var volume: VolumeID?
        if let name = request.volume { volume = try await workspace.volume(named: name).id }
        var organ: OrganKey?
        if let name = request.organ { organ = try await catalog.organ(named: name) }
        let pairs = try await catalog.differingAnnotations(volume: volume, organ: organ, dataset: request.dataset)
        var found = pairs.filter(\.isContradiction).map { Conflict(.status, $0, dice: nil) }
        if request.includes(.overlap) && !request.isHeldOnly {
            found += try await overlaps(of: pairs.filter { !$0.isContradiction }, below: request.dice)
        }
        if request.includes(.part) && !request.isHeldOnly {
            found += try await parts(volume, organ, request.dataset)
        }
        if (request.includes(.exclusion) || request.includes(.outside)) && !request.isHeldOnly {
            found += try await OrganPairSearch(workspace).conflicts(volume, organ, request.dataset)
        }
        if organ == nil && !request.isHeldOnly {
            found += try await catalog.differingHeaders(volume: volume, dataset: request.dataset).map(Conflict.init)
        }
        if organ == nil && !request.isHeldOnly && request.includes(.subject) {
            found += try await catalog.differingSubjects(volume: volume, dataset: request.dataset).map(Conflict.init)
        }
        return found.filter { request.includes($0.kind) && (!request.isHeldOnly || $0.state == .held) }
    }

    private func parts(
        _ volume: VolumeID?, _ organ: OrganKey?, _ dataset: String?
    ) async throws -> [Conflict] {
        let ontology = try await workspace.catalog.ontology()
        let pairs = ontology.organs.flatMap { part in
            ontology.organs(around: part.key).map { (part: part.key, whole: $0) }
        }
        let divisions = ontology.organs.flatMap { whole in
            ontology.divisions(of: whole.key).map { (part: $0, whole: whole.key) }
        }
        let catalog = workspace.catalog
        let absent = try await catalog.annotatedInAbsent(pairs, volume: volume, organ: organ, dataset: dataset)
        let undivided = try await catalog.wholesWithoutDivisions(
            divisions, volume: volume, organ: organ, dataset: dataset)
        return absent.map(Conflict.init) + undivided.map(Conflict.init)
    }

    // MARK: - Overlap

    /// Number of comparisons that are recorded together.
    private static let batch = 200

    private func overlaps(of pairs: [DifferingAnnotations], below limit: Double) async throws -> [Conflict] {
        let missing = pairs.filter { !$0.isCompared }
        var computed: [AnnotationOverlap] = []
        let meter = workspace.progress.begin("masks", total: missing.count)
        defer { meter.finish() }
        for start in stride(from: 0, to: missing.count, by: Self.batch) {
            var made: [AnnotationOverlap] = []
            for pair in missing[start..<min(missing.count, start + Self.batch)] {
                if let overlap = try await compare(pair) { made.append(overlap) }
                meter.advance()
            }
            try await workspace.catalog.record(made)
            computed += made
        }
        let new = Dictionary(
            computed.map { ([$0.first, $0.second], $0.dice) }, uniquingKeysWith: { first, _ in first })
        return pairs.compactMap { pair in
            let ids = [pair.current?.annotation ?? 0, pair.other.annotation].sorted()
            guard let dice = pair.isCompared ? pair.dice : new[ids] ?? nil, dice < limit else { return nil }
            return Conflict(.overlap, pair, dice: dice)
        }
    }

    private func compare(_ pair: DifferingAnnotations) async throws -> AnnotationOverlap? {
        guard let current = pair.current else { return nil }
        let reader = try await workspace.masks()
        let one = try await reader.read(current.mask, current.limits, shape: pair.shape)
        let other = try await reader.read(pair.other.mask, pair.other.limits, shape: pair.shape)
        let dice = await BlockingWork().run { one.dice(with: other) }
        return AnnotationOverlap(current.annotation, pair.other.annotation, dice: dice)
    }
}

extension LabelConflictSearch.Request {
    fileprivate func includes(_ kind: LabelConflictSearch.Kind) -> Bool { kinds.isEmpty || kinds.contains(kind) }
}
