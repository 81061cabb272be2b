public import Domain

/// A volume as batches are cut from it: its image and what is known of its labels.
public struct TrainingVolume: Sendable {
    public let volume: VolumeID
    let image: NormalisedImage
    let labels: TrainingLabels

    var shape: GridShape { image.shape }

    /// - Parameter missingAsBackground: whether an organ without a label is taken for absent.
    /// - Precondition: labels on the grid of the image.
    public init(
        _ volume: VolumeID, image: IntensityVoxels, normalisation: IntensityMap, labels: TrainingLabels,
        missingAsBackground: Bool = false
    ) {
        precondition(image.count == labels.shape.count, "one voxel of the image per voxel of the labels")
        self.volume = volume
        self.image = NormalisedImage(shape: labels.shape, voxels: image, normalisation: normalisation)
        self.labels = missingAsBackground ? labels.takingMissingForBackground() : labels
    }
}

/// What a round trains on.
public struct TrainingData: Sendable {
    public let volumes: [TrainingVolume]
    /// The parts of each composite label of the volumes, in the order of the channels.
    public let compositeSets: [[Int]]

    public init(volumes: [TrainingVolume], compositeSets: [[Int]]) {
        (self.volumes, self.compositeSets) = (volumes, compositeSets)
    }

    /// Cases in memory.
    ///
    /// - Throws: `LearningError.unfittingCase`.
    public init(_ cases: [TrainingCase], rule: KnownVoxelRule, missingAsBackground: Bool = false) throws {
        let sets = missingAsBackground ? [] : Self.compositeSets(of: cases)
        let volumes = try cases.map { item in
            TrainingVolume(
                item.volume, image: item.image, normalisation: item.normalisation,
                labels: try TrainingLabels(item, rule: rule, compositeSets: sets),
                missingAsBackground: missingAsBackground)
        }
        self.init(volumes: volumes, compositeSets: sets)
    }

    package static func compositeSets(of cases: [TrainingCase]) -> [[Int]] {
        Set(cases.flatMap { $0.composites.map(\.parts) }).sorted { $0.lexicographicallyPrecedes($1) }
    }
}
