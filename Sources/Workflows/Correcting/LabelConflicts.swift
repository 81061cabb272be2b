internal import Catalog
internal import Domain

/// Compares a person's mask of one organ with the annotations of the other organs in the volume.
struct LabelConflicts {
    private let workspace: Workspace
    private let volume: VolumeRow
    private let ontology: Ontology

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
        let (rule, new) = (OrganPairRule(ontology: ontology), KnownMask(mask))
        var conflicts: [LabelConflict] = []
        let absent = Set(others.filter { $0.status == .absent }.map(\.organ))
        let divisions = ontology.divisions(of: organ)
        if !divisions.isEmpty && absent.isSuperset(of: divisions) {
            conflicts.append(.divisionsAreAbsent(organ, divisions: divisions))
        }
        for other in others {
            let pairing = ontology.pairing(organ, other.organ)
            if other.status == .absent, pairing == .inside {
                conflicts.append(.wholeIsAbsent(organ, whole: other.organ))
            }
            guard let pairing, let id = other.mask, !(isPartial && pairing == .around) else { continue }
            let known = try await reader.read(
                try await catalog.mask(id).location, try await catalog.limits(of: id), shape: volume.shape)
            if let conflict = rule.conflict(organ, new, other.organ, known) { conflicts.append(conflict) }
        }
        return conflicts
    }
}
