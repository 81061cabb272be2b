internal import Catalog
internal import Domain

/// Compares a person's mask of one organ with the annotations of the other organs in the volume.
struct LabelConflicts {
    private let workspace: Workspace
    private let volume: VolumeRow
    private let ontology: Ontology
    /// Borders of organs that were drawn separately overlap; a larger share of the smaller organ is a conflict.
    private static let toleratedOverlap = 0.05

    init(_ workspace: Workspace, volume: VolumeRow) async throws {
        (self.workspace, self.volume) = (workspace, volume)
        ontology = try await workspace.catalog.ontology()
    }

    /// - Parameters:
    ///   - mask: nil or empty: the organ is absent, which `AbsenceRule` checks.
    ///   - isPartial: whether the organ is unknown in a part of the volume.
    /// - Throws: as `MaskReader.read`.
    func found(_ organ: OrganKey, _ mask: BitVolume?, isPartial: Bool) async throws -> [LabelConflict] {
        guard let mask, !mask.isEmpty else { return [] }
        let catalog = workspace.catalog
        let others = try await catalog.labels(volume: volume.id).filter { $0.organ != organ && $0.status != .pseudo }
        let reader = try await workspace.masks()
        var conflicts: [LabelConflict] = []
        for other in others {
            if other.status == .absent, isPart(organ, of: other.organ) {
                conflicts.append(.wholeIsAbsent(organ, whole: other.organ))
            }
            guard concerns(organ, other.organ), let id = other.mask, !(isPartial && isPart(other.organ, of: organ))
            else { continue }
            let known = try await reader.read(
                try await catalog.mask(id).location, try await catalog.limits(of: id), shape: volume.shape)
            if let conflict = overlap(organ, mask, other.organ, known) { conflicts.append(conflict) }
        }
        return conflicts
    }

    private func concerns(_ organ: OrganKey, _ other: OrganKey) -> Bool {
        ontology.excludes(organ, other) || isPart(organ, of: other) || isPart(other, of: organ)
    }

    private func isPart(_ part: OrganKey, of whole: OrganKey) -> Bool { ontology.wholes(of: part).contains(whole) }

    private func overlap(
        _ organ: OrganKey, _ mask: BitVolume, _ other: OrganKey, _ known: KnownMask
    ) -> LabelConflict? {
        var shared = mask
        shared.formIntersection(known.foreground)
        let (voxels, size, otherSize) = (shared.population, mask.population, known.foreground.population)
        guard otherSize > 0 else { return nil }
        if isPart(organ, of: other) {
            let unknown = size - known.region.restrict(mask).population
            return voxels + unknown == 0 ? .outsideWhole(organ, whole: other) : nil
        }
        if isPart(other, of: organ) { return voxels == 0 ? .partOutside(organ, part: other) : nil }
        if voxels == size && size == otherSize { return .identical(organ, other: other) }
        guard Double(voxels) > Self.toleratedOverlap * Double(min(size, otherSize)) else { return nil }
        return .overlap(organ, other: other, shared: voxels, size: size)
    }
}
