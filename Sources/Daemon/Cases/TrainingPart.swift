internal import Batches
internal import Catalog
internal import Domain
internal import Workflows

/// A volume of a training, with the labels that it is learned with.
struct TrainingPart: Sendable {
    let volume: RunVolume
    let pseudo: [RoundLabel]
    /// What its cached labels are made of, and what those of its annotations alone are.
    let content, annotated: LabelContent
    let outline: VolumeOutline

    /// - Parameters:
    ///   - annotations: those that are learned from, of organs and of composites of them.
    ///   - composites: the parts of composite labels, as indices of organs.
    ///   - pseudo: of organs without an annotation.
    init(
        _ volume: RunVolume, _ plan: LabelPlan, annotations: [OrganKey: RunLabel], composites: [OrganKey: [Int]],
        pseudo: [RoundLabel]
    ) {
        (self.volume, self.pseudo) = (volume, pseudo)
        content = LabelContent(plan, annotations: annotations, composites: composites, pseudo: pseudo)
        annotated = LabelContent(plan, annotations: annotations, composites: composites, pseudo: [])
        let predicted = Dictionary(pseudo.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first })
        let counts = plan.organs.map { organ in
            annotations[organ].map { $0.counts(in: volume) } ?? predicted[organ].map { $0.counts(in: volume) }
                ?? VolumeOutline.Counts(positive: 0, known: 0)
        }
        let composed = annotations.filter { composites[$0.key] != nil }.map { $0.value.counts(in: volume) }
        outline = VolumeOutline(
            volume.id, counts: counts, isInformative: (counts + composed).contains { $0.known > 0 })
    }
}

extension RunLabel {
    /// On the volume's own grid.
    fileprivate func counts(in volume: RunVolume) -> VolumeOutline.Counts {
        let whole = VoxelBox(volume.shape)
        let known = size?.known ?? (extent.map(whole.intersection) ?? whole).shape.count
        return VolumeOutline.Counts(positive: min(size?.voxels ?? 0, known), known: known)
    }
}

extension RoundLabel {
    /// On the volume's own grid.
    fileprivate func counts(in volume: RunVolume) -> VolumeOutline.Counts {
        let known = size?.known ?? volume.shape.count
        return VolumeOutline.Counts(positive: min(size?.voxels ?? 0, known), known: known)
    }
}
