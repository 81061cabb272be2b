internal import Batches
internal import Catalog
internal import Domain
internal import Imaging
internal import Learning
internal import Plans
internal import System
internal import Workflows

/// The volumes and labels of a run as cases to learn from, on the run's grid.
///
/// Images are read once from their files, checked against the checksum recorded at import, and kept as raw voxels in the
/// local cache, from which they are mapped. Reading images and resampling happen on a thread of the library's own.
struct CaseLibrary: Sendable {
    let snapshot: RunSnapshot
    let cache: TrainingCache
    let settings: LearningSettings
    private(set) var work = BlockingWork()
    /// The parts of composite labels, as indices of organs.
    let composites: [OrganKey: [Int]]
    private let masks: MaskReader

    var organs: [OrganKey] { snapshot.organs }

    init(
        _ snapshot: RunSnapshot, ontology: Ontology, cache: TrainingCache, settings: LearningSettings, masks: MaskReader
    ) {
        (self.snapshot, self.cache, self.settings, self.masks) = (snapshot, cache, settings, masks)
        composites = ontology.compositeLabels(over: snapshot.organs)
    }

    /// The same, to be used beside this one.
    var onThreadOfItsOwn: CaseLibrary {
        var copy = self
        copy.work = BlockingWork()
        return copy
    }

    func grid(of volume: RunVolume) -> TrainingGrid { cache.grid(of: volume) }

    /// The case of a volume with the annotations of the run's snapshot and, for an organ without one, its pseudo label.
    ///
    /// - Throws: `DaemonError`, also for an image that its normalisation makes one value, `ImagingError`, `DICOMError` for the image, `WorkflowError`, `ObjectStoreError` for a mask.
    func makeCase(_ volume: RunVolume, pseudo: [RoundLabel] = []) async throws -> TrainingCase {
        async let image = onThreadOfItsOwn.unlabelledCase(volume)
        let labels = try await labels(of: volume, pseudo: pseudo)
        var item = try await image
        (item.labels, item.composites) = (labels.labels, labels.composites)
        return item
    }

    /// The annotations of the run's snapshot on the run's grid and, for an organ without one, its pseudo label.
    ///
    /// - Throws: `WorkflowError`, `ObjectStoreError`.
    func labels(of volume: RunVolume, pseudo: [RoundLabel] = []) async throws -> VolumeLabels {
        let annotations = try await annotations(of: volume)
        var predictions: [OrganKey: Mask] = [:]
        for label in pseudo where organs.contains(label.organ) && annotations[label.organ] == nil {
            predictions[label.organ] = try await masks.read(label.mask, shape: volume.shape)
        }
        let (library, pseudo) = (self, predictions)
        return await work.run { library.onGrid(volume, annotations, pseudo) }
    }

    /// The case of a volume without any label.
    ///
    /// - Throws: `DaemonError`, `ImagingError`, `DICOMError` for the image.
    func unlabelledCase(_ volume: RunVolume) async throws -> TrainingCase {
        try await work.run { try item(volume) }
    }

    /// Blocks.
    private func item(_ volume: RunVolume) throws -> TrainingCase {
        let (grid, image) = (grid(of: volume), try cache.image(of: volume))
        let item = TrainingCase(
            volume: volume.id, shape: grid.shape, spacing: grid.spacing, image: image.voxels,
            normalisation: IntensityMap(settings, modality: volume.modality, statistics: image.statistics),
            labels: organs.map { _ in .unknown })
        guard !item.isFlattened(by: settings, modality: volume.modality) else {
            throw DaemonError.imageFlattened(file: volume.path, modality: volume.modality)
        }
        return item
    }

    /// The annotated mask of an organ on the run's grid; nil where there is none.
    func annotatedMask(of organ: OrganKey, in volume: RunVolume) async throws -> BitVolume? {
        guard let location = snapshot.labels(of: volume.id)[organ]?.mask else { return nil }
        let mask = try await masks.read(location, shape: volume.shape)
        return grid(of: volume).down(mask.foreground)
    }

    /// The annotations of a volume on its own grid, one per organ; unknown where there is none.
    func truth(of volume: RunVolume) async throws -> [OrganLabel] {
        let annotations = try await annotations(of: volume)
        return organs.map { organ in
            guard let found = annotations[organ] else { return .unknown }
            return .known(foreground: found.mask?.foreground, extent: found.extent, known: found.mask?.known)
        }
    }

    /// Pseudo labels of a volume on the run's grid, by the index of their organ.
    func pseudoLabels(_ labels: [RoundLabel], of volume: RunVolume) async throws -> [Int: OrganLabel] {
        var found: [Int: OrganLabel] = [:]
        for label in labels {
            guard let organ = organs.firstIndex(of: label.organ) else { continue }
            found[organ] = grid(of: volume).pseudo(try await masks.read(label.mask, shape: volume.shape))
        }
        return found
    }

    /// The labels that the run learns from: of its organs, and of composites of them.
    func learnedLabels(of volume: RunVolume) -> [OrganKey: RunLabel] {
        snapshot.labels(of: volume.id).filter { organs.contains($0.key) || composites[$0.key] != nil }
    }

    /// The parts of each composite label of some volumes, in one order.
    func compositeSets(of volumes: [RunVolume]) -> [[Int]] {
        Set(volumes.flatMap { learnedLabels(of: $0).keys.compactMap { composites[$0] } })
            .sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func annotations(of volume: RunVolume) async throws -> [OrganKey: Annotation] {
        var annotations: [OrganKey: Annotation] = [:]
        for (organ, label) in learnedLabels(of: volume) {
            var mask: Mask?
            if let location = label.mask { mask = try await masks.read(location, shape: volume.shape) }
            annotations[organ] = Annotation(extent: label.extent, mask: mask)
        }
        return annotations
    }

    /// An annotation on the volume's own grid; without a mask the organ is absent.
    private struct Annotation: Sendable {
        let extent: VoxelBox?
        let mask: Mask?
    }

    /// Blocks.
    private func onGrid(
        _ volume: RunVolume, _ annotations: [OrganKey: Annotation], _ pseudo: [OrganKey: Mask]
    ) -> VolumeLabels {
        let grid = grid(of: volume)
        let labels: [OrganLabel] = organs.map { organ in
            if let found = annotations[organ] {
                return .known(
                    foreground: found.mask.map { grid.down($0.foreground) }, extent: found.extent.map(grid.down),
                    known: found.mask?.known.map(grid.down(validity:)))
            }
            guard let mask = pseudo[organ] else { return .unknown }
            return grid.pseudo(mask)
        }
        return VolumeLabels(
            volume.id, grid.shape, labels: labels, composites: compositeLabels(annotations, grid))
    }

    /// In the order of the organs' keys, so that equal cases are equal.
    private func compositeLabels(_ annotations: [OrganKey: Annotation], _ grid: TrainingGrid) -> [CompositeLabel] {
        annotations.sorted { $0.key < $1.key }.compactMap { organ, label in
            guard let parts = composites[organ] else { return nil }
            return CompositeLabel(
                parts: parts, foreground: label.mask.map { grid.down($0.foreground) },
                extent: label.extent.map(grid.down),
                known: label.mask?.known.map(grid.down(validity:)))
        }
    }
}

extension TrainingGrid {
    fileprivate func pseudo(_ mask: Mask) -> OrganLabel {
        .pseudo(foreground: down(mask.foreground), known: mask.known.map(down(validity:)))
    }
}

extension Ontology {
    /// Organs outside the plan that consist of organs of the plan, with the indices of those organs. A division that is not
    /// in the plan itself may consist of its own divisions (lungs of lobes).
    func compositeLabels(over organs: [OrganKey]) -> [OrganKey: [Int]] {
        let index = Dictionary(organs.indices.map { (organs[$0], $0) }, uniquingKeysWith: { first, _ in first })
        func parts(of key: OrganKey) -> [Int]? {
            if let own = index[key] { return [own] }
            let found = divisions(of: key).map(parts)
            return found.isEmpty || found.contains { $0 == nil } ? nil : found.flatMap { $0 ?? [] }
        }
        var composites: [OrganKey: [Int]] = [:]
        for whole in self.organs.map(\.key) where index[whole] == nil { composites[whole] = parts(of: whole) }
        return composites
    }
}
