internal import Catalog
internal import Console
internal import Domain

extension Session {
    /// An organ is not absent while something that lies in it is annotated.
    ///
    /// - Throws: a conflict that names the first such part or lesion.
    func requireNoParts(of organ: OrganKey, in volume: VolumeID) async throws {
        let ontology = try await catalog.ontology()
        let inside = Set(
            ontology.parts(of: organ) + ontology.organs.filter { $0.host == organ }.map(\.key))
        let labels = try await catalog.labels(volume: volume)
        guard
            let part = labels.first(where: {
                $0.status == .annotated && ($0.voxels ?? 0) > 0 && inside.contains($0.organ)
            })
        else { return }
        throw CommandFailure(
            .conflict,
            "\(organ) cannot be absent in volume \(volume): \(part.organ), which lies in it, is annotated there",
            remedy:
                "if that is wrong too, say so first: lacuna label set \(volume) \(part.organ) absent --override --reason TEXT"
        )
    }
}
