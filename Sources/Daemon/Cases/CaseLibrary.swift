internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import Learning
internal import Numerics
internal import Objects

/// The volumes and labels of a run as cases to learn from, on the run's grid.
///
/// Images are read once from their files, checked against the hash they were imported with, and kept as raw voxels in the
/// local cache, from which they are mapped. Blocking work runs on the reader's own thread.
struct CaseLibrary: Sendable {
    let organs: [OrganKey]
    let volumes: [VolumeID: RunVolume]
    private let labels: [VolumeID: [RunLabel]]
    private let merged: [OrganKey: [Int]]
    private let images: ImageCache
    private let masks: BlockingMaskReader

    init(
        plan organs: [OrganKey], volumes: [RunVolume], labels: [RunLabel], ontology: Ontology, images: ImageCache,
        masks: BlockingMaskReader
    ) {
        self.organs = organs
        self.volumes = Dictionary(uniqueKeysWithValues: volumes.map { ($0.id, $0) })
        self.labels = Dictionary(grouping: labels, by: \.volume)
        merged = ontology.mergedLabels(over: organs)
        (self.images, self.masks) = (images, masks)
    }

    /// Volumes of a part, by id.
    func volumes(in part: SplitPart) -> [RunVolume] {
        volumes.values.filter { $0.part == part }.sorted { $0.id < $1.id }
    }

    /// Whether the run knows the organ in the volume: annotated there or absent.
    func knows(_ organ: OrganKey, in volume: VolumeID) -> Bool {
        labels[volume]?.contains { $0.organ == organ } ?? false
    }

    /// How many volumes of a part have a mask of the organ.
    func annotatedVolumes(of organ: OrganKey, in part: SplitPart) -> Int {
        labels.values.joined().filter { $0.organ == organ && $0.part == part && $0.mask != nil }.count
    }

    func grid(of volume: RunVolume) -> TrainingGrid { images.grid(of: volume) }

    /// The case of a volume with the labels of the run's snapshot and, where the run knows nothing, `pseudo`.
    func makeCase(_ volume: RunVolume, pseudo: [RoundLabel] = []) throws -> TrainingCase {
        let grid = grid(of: volume)
        let known = labels[volume.id] ?? []
        let image = try images.voxels(of: volume)
        return TrainingCase(
            volume: volume.id, shape: grid.shape, spacing: grid.spacing, image: image,
            labels: try organs.map { try label(of: $0, known, pseudo, grid) }, unions: try unions(known, grid))
    }

    private func label(
        of organ: OrganKey, _ known: [RunLabel], _ pseudo: [RoundLabel], _ grid: TrainingGrid
    ) throws -> OrganLabel {
        if let found = known.first(where: { $0.organ == organ }) {
            let mask = try found.mask.map { try masks.readBlocking($0, shape: grid.native) }
            return .known(
                foreground: mask.map { grid.down($0.foreground) }, extent: found.extent.map(grid.down),
                known: mask?.known.map(grid.down))
        }
        guard let found = pseudo.first(where: { $0.organ == organ }) else { return .unknown }
        let mask = try masks.readBlocking(found.mask, shape: grid.native)
        return .pseudo(foreground: grid.down(mask.foreground), known: mask.known.map(grid.down))
    }

    private func unions(_ known: [RunLabel], _ grid: TrainingGrid) throws -> [CompositeLabel] {
        try known.compactMap { label in
            guard let parts = merged[label.organ] else { return nil }
            let mask = try label.mask.map { try masks.readBlocking($0, shape: grid.native) }
            return CompositeLabel(
                parts: parts, foreground: mask.map { grid.down($0.foreground) }, extent: label.extent.map(grid.down),
                known: mask?.known.map(grid.down))
        }
    }
}

extension Ontology {
    /// Organs outside the plan that organs of the plan together make up, with those organs' indices: what a merged label
    /// says. A division that is not in the plan itself may be made up of its own divisions (lungs of lobes).
    func mergedLabels(over organs: [OrganKey]) -> [OrganKey: [Int]] {
        let index = Dictionary(organs.indices.map { (organs[$0], $0) }, uniquingKeysWith: { first, _ in first })
        func parts(of key: OrganKey) -> [Int]? {
            if let own = index[key] { return [own] }
            let found = divisions(of: key).map(parts)
            return found.isEmpty || found.contains { $0 == nil } ? nil : found.flatMap { $0 ?? [] }
        }
        var merged: [OrganKey: [Int]] = [:]
        for whole in self.organs.map(\.key) where index[whole] == nil { merged[whole] = parts(of: whole) }
        return merged
    }
}
