internal import Catalog
internal import Domain

/// An organ cannot be absent while a part or a lesion of it is annotated, and becomes absent after an annotation on request only.
struct AbsenceRule {
    let catalog: LabelCatalog

    /// - Throws: `WorkflowError` of kind `conflict` that names the first annotated part or lesion.
    func check(_ organ: OrganKey, in volume: VolumeID) async throws {
        let ontology = try await catalog.ontology()
        let inside = Set(ontology.organs(inside: organ))
        let part = try await catalog.labels(volume: volume).first {
            $0.status == .annotated && ($0.voxels ?? 0) > 0 && inside.contains($0.organ)
        }
        guard let part else { return }
        throw WorkflowError(
            .conflict, "\(organ) cannot be absent in volume \(volume): \(part.organ), a part of it, is annotated there",
            remedy: "if that annotation is wrong too, correct it first: "
                + "lacuna label set \(volume) \(part.organ) absent --override --reason TEXT")
    }

    /// - Throws: `WorkflowError` of kind `conflict` where the organ is annotated with a mask.
    func refuseToHide(_ organ: OrganKey, in volume: VolumeID) async throws {
        let labels = try await catalog.labels(volume: volume, organ: organ)
        guard let current = labels.first(where: { $0.status == .annotated }), let mask = current.mask else { return }
        throw WorkflowError(
            .conflict, "\(organ) is annotated in volume \(volume): mask \(mask), origin \(current.origin.rawValue)",
            remedy: "check it with lacuna mask show \(mask); add --override if it is wrong")
    }
}
