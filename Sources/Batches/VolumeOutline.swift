public import Domain

/// What is known of a volume's labels without reading them: enough to draw volumes, and to weigh organs.
public struct VolumeOutline: Hashable, Sendable {
    /// Voxels whose class a label states.
    public struct Counts: Hashable, Sendable {
        /// Those of the organ, and all.
        public let positive, known: Int

        public init(positive: Int, known: Int) { (self.positive, self.known) = (positive, known) }
    }

    public let volume: VolumeID
    /// One for each organ.
    public let counts: [Counts]
    /// Whether anything is known in it: by a label of an organ, or by a composite label.
    public let isInformative: Bool

    public init(_ volume: VolumeID, counts: [Counts], isInformative: Bool) {
        (self.volume, self.counts, self.isInformative) = (volume, counts, isInformative)
    }

    /// Of a volume that is there.
    init(_ volume: TrainingVolume) {
        self.init(
            volume.volume, counts: volume.labels.counts, isInformative: !volume.labels.knownRegions.isEmpty)
    }
}
