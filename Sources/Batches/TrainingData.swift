public import Domain

/// What a round trains on.
public struct TrainingData: Sendable {
    /// One for each volume, in the order of their indices.
    public let outlines: [VolumeOutline]
    /// The parts of each composite label of the volumes, in the order of the channels.
    public let compositeSets: [[Int]]
    let source: any VolumeSource

    public init(_ outlines: [VolumeOutline], compositeSets: [[Int]], source: any VolumeSource) {
        (self.outlines, self.compositeSets, self.source) = (outlines, compositeSets, source)
    }

    /// Volumes that are there.
    public init(_ volumes: [TrainingVolume], compositeSets: [[Int]]) {
        self.init(
            volumes.map(VolumeOutline.init), compositeSets: compositeSets, source: HeldVolumes(volumes: volumes))
    }

    /// Cases in memory.
    ///
    /// - Throws: `BatchError.unfittingCase`.
    public init(_ cases: [TrainingCase], rule: KnownVoxelRule, missingAsBackground: Bool = false) throws {
        let sets = missingAsBackground ? [] : Self.compositeSets(of: cases)
        let volumes = try cases.map { item in
            TrainingVolume(
                item.volume, image: item.image, spacing: item.spacing, normalisation: item.normalisation,
                labels: try TrainingLabels(item, rule: rule, compositeSets: sets),
                missingAsBackground: missingAsBackground)
        }
        self.init(volumes, compositeSets: sets)
    }

    package static func compositeSets(of cases: [TrainingCase]) -> [[Int]] {
        Set(cases.flatMap { $0.composites.map(\.parts) }).sorted { $0.lexicographicallyPrecedes($1) }
    }
}
