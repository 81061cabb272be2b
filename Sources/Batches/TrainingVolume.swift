public import Domain

/// A volume as batches are cut from it: its image and what is known of its labels.
public struct TrainingVolume: Sendable {
    public let volume: VolumeID
    let image: NormalisedImage
    let labels: TrainingLabels
    /// Millimetres along x, y, z.
    let spacing: Vector3<Double>

    var shape: GridShape { image.shape }

    /// - Parameter missingAsBackground: whether an organ without a label is taken for absent.
    /// - Precondition: labels on the grid of the image.
    public init(
        _ volume: VolumeID, image: IntensityVoxels, spacing: Vector3<Double>, normalisation: IntensityMap,
        labels: TrainingLabels, missingAsBackground: Bool = false
    ) {
        precondition(image.count == labels.shape.count, "one voxel of the image per voxel of the labels")
        (self.volume, self.spacing) = (volume, spacing)
        self.image = NormalisedImage(shape: labels.shape, voxels: image, normalisation: normalisation)
        self.labels = missingAsBackground ? labels.takingMissingForBackground() : labels
    }
}
