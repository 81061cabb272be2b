/// Gives the volumes of a training by their index.
public protocol VolumeSource: Sendable {
    /// Blocks until the volume is there.
    /// - Throws: why it will never be.
    func volume(_ index: Int) throws -> TrainingVolume
}

/// Volumes that are all there.
struct HeldVolumes: VolumeSource {
    let volumes: [TrainingVolume]

    func volume(_ index: Int) throws -> TrainingVolume { volumes[index] }
}
