internal import Batches
internal import Domain
internal import Imaging
internal import Phantoms
internal import Plans
internal import System
internal import Trainers

/// Phantoms as files of a cache, for a test of an outside program: an image with all organs annotated, one with an organ unknown, and
/// the same with a pseudo label of it.
struct PhantomFiles: Sendable {
    let organs: [OrganKey] = ["liver", "spleen", "kidney_left", "kidney_right"]
    let rule: KnownVoxelRule
    /// Both kidneys.
    let composites = [["kidney_left", "kidney_right"]]
    let annotated, withPseudo: [TrainerJob.Case]

    /// - Throws: `ImagingError`, `SystemError` where the folder cannot be written, `LearningError`.
    init(in folder: String) throws {
        rule = Ontology.standard.knownVoxelRule(for: organs)
        let writer = PhantomWriter(cache: VolumeCache(folder: folder), organs: organs, rule: rule)
        let shapes = [GridShape(48, 44, 24), GridShape(40, 48, 20)]
        let first = try writer.write(1, shapes[0], as: "first") { .known(foreground: $1) }
        let second = try writer.write(2, shapes[1], as: "second") { $0 == "spleen" ? .unknown : .known(foreground: $1) }
        annotated = [first, second]
        let third = try writer.write(2, shapes[1], as: "third") {
            $0 == "spleen" ? .pseudo(foreground: $1, known: nil) : .known(foreground: $1)
        }
        withPseudo = [first, third]
    }
}

/// Writes phantoms into a cache.
private struct PhantomWriter {
    let cache: VolumeCache
    let organs: [OrganKey]
    let rule: KnownVoxelRule

    /// - Parameter label: of an organ with its true voxels.
    func write(
        _ number: Int, _ shape: GridShape, as name: String, label: (OrganKey, BitVolume) -> OrganLabel
    ) throws -> TrainerJob.Case {
        let spacing = Vector3(8.0, 8.0, 10.0)
        let phantom = PhantomCase(seed: 7, number: number, grid: PhantomGrid(shape: shape, spacing: spacing))
        let settings = LearningSettings()
        let item = TrainingCase(
            volume: VolumeID(Int64(number)), shape: shape, spacing: spacing, image: IntensityVoxels(phantom.image),
            normalisation: IntensityMap(window: settings), labels: organs.map { label($0, phantom.mask(of: $0)) },
            composites: [CompositeLabel(parts: [2, 3], foreground: kidneys(of: phantom), extent: nil, known: nil)])
        try cache.store(
            .int16(VoxelBuffer(phantom.image)), shape: shape, spacing: spacing,
            intensities: ImageIntensities(codes: .exact, statistics: IntensityStatistics(window: settings)), as: name)
        let labels = try TrainingLabels(item, rule: rule, compositeSets: [[2, 3]])
        try labels.withBytes { try cache.storeLabels($0, as: name) }
        return TrainerJob.Case(
            item, modality: "CT", image: cache.volumePath(name), labels: cache.labelPath(name))
    }

    private func kidneys(of phantom: PhantomCase) -> BitVolume {
        var both = phantom.mask(of: "kidney_left")
        both.formUnion(phantom.mask(of: "kidney_right"))
        return both
    }
}

extension IntensityStatistics {
    /// As of an image whose values are those of the window.
    fileprivate init(window settings: LearningSettings) {
        self.init(
            minimum: settings.windowLow, maximum: settings.windowHigh, mean: settings.intensityMean,
            deviation: settings.intensityDeviation, low: settings.windowLow, high: settings.windowHigh)
    }
}
