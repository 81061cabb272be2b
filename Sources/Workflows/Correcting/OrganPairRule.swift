internal import Domain
internal import Imaging

/// Compares the masks of two organs of one volume.
struct OrganPairRule {
    let ontology: Ontology

    /// Nil where the two do not contradict each other.
    func conflict(_ organ: OrganKey, _ mask: KnownMask, _ other: OrganKey, _ known: KnownMask) -> LabelConflict? {
        switch ontology.pairing(organ, other) {
        case .inside: Self.meet(mask, known) > 0 ? nil : .outsideWhole(organ, whole: other)
        case .around: Self.meet(known, mask) > 0 ? nil : .partOutside(organ, part: other)
        case .exclusive: overlap(organ, mask, other, known)
        case nil: nil
        }
    }

    private func overlap(
        _ organ: OrganKey, _ mask: KnownMask, _ other: OrganKey, _ known: KnownMask
    ) -> LabelConflict? {
        let shared = mask.foreground.sharedCount(known.foreground)
        let (size, otherSize) = (mask.foreground.population, known.foreground.population)
        if shared == size && size == otherSize { return .identical(organ, other: other) }
        guard Ontology.isContradiction(shared: shared, size, otherSize) else { return nil }
        return .overlap(organ, other: other, shared: shared, size: size)
    }

    /// The voxels of a part that are in its whole, or where the whole is not known. An empty part has one.
    static func meet(_ part: KnownMask, _ whole: KnownMask) -> Int {
        let size = part.foreground.population
        guard size > 0 else { return 1 }
        let unknown = size - whole.region.restrict(part.foreground).population
        return part.foreground.sharedCount(whole.foreground) + unknown
    }
}
