internal import Catalog
internal import Console
internal import Domain

/// Where a person's word on one organ does not go with what is annotated of others in the volume.
struct LabelConflicts {
    let session: Session
    let volume: VolumeRow
    private let ontology: Ontology
    /// Borders of organs that were drawn one by one overlap; more than this share of the smaller one is told.
    private static let toleratedOverlap = 0.05

    init(session: Session, volume: VolumeRow) async throws {
        (self.session, self.volume) = (session, volume)
        ontology = try await session.catalog.ontology()
    }

    /// - Parameters:
    ///   - mask: nil: the organ is absent, which is refused beforehand where a part of it is annotated.
    ///   - isPartial: whether more of the organ may lie where nothing is known.
    /// - Returns: a sentence for each; empty where nothing is amiss.
    func warnings(_ organ: OrganKey, _ mask: BitVolume?, isPartial: Bool = false) async throws -> [String] {
        let catalog = session.catalog
        let others = try await catalog.labels(volume: volume.id).filter { $0.organ != organ && $0.status != .pseudo }
        var warnings: [String] = []
        for other in others {
            guard let mask, !mask.isEmpty else { continue }
            if let problem = absence(organ, other) { warnings.append(problem) }
            guard concerns(organ, other.organ), let id = other.mask else { continue }
            let reader = BlockingMaskReader(store: try await session.objectStore(create: false))
            let known = try await reader.read(
                try await catalog.mask(id).location, try await catalog.limits(of: id), shape: volume.shape)
            if isPartial && isPart(other.organ, of: organ) { continue }
            if let problem = overlap(organ, mask, other.organ, known) { warnings.append(problem) }
        }
        return warnings
    }

    private func concerns(_ organ: OrganKey, _ other: OrganKey) -> Bool {
        ontology.excludes(organ, other) || isPart(organ, of: other) || isPart(other, of: organ)
    }

    private func isPart(_ part: OrganKey, of whole: OrganKey) -> Bool { ontology.wholes(of: part).contains(whole) }

    /// A part that is there beside its absent whole.
    private func absence(_ organ: OrganKey, _ other: LabelRow) -> String? {
        guard other.status == .absent, isPart(organ, of: other.organ) else { return nil }
        return "\(organ) is annotated, and \(other.organ), of which it is a part, is said to be absent"
    }

    private func overlap(_ organ: OrganKey, _ mask: BitVolume, _ other: OrganKey, _ known: KnownMask) -> String? {
        var shared = mask
        shared.formIntersection(known.foreground)
        let (voxels, size, otherSize) = (shared.population, mask.population, known.foreground.population)
        guard otherSize > 0 else { return nil }
        if isPart(organ, of: other) {
            let unknown = size - known.region.restrict(mask).population
            return voxels + unknown == 0 ? "\(organ) lies wholly outside \(other), of which it is a part" : nil
        }
        if isPart(other, of: organ) {
            return voxels == 0 ? "\(other), which is a part of \(organ), lies wholly outside it" : nil
        }
        if voxels == size && size == otherSize { return "\(organ) is voxel for voxel \(other), which excludes it" }
        guard Double(voxels) > Self.toleratedOverlap * Double(min(size, otherSize)) else { return nil }
        return "\(organ) shares \(voxels) of its \(size) voxels with \(other), which excludes it"
    }
}
