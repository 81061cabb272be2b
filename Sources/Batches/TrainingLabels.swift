public import Domain

/// What training knows of the labels of a volume on its grid: the states of the voxels, and where its organs are.
public struct TrainingLabels: Sendable {
    /// Channels: the organs of the plan, then the composite labels of the training.
    package let states: VoxelStates
    /// [organ]: accepted voxels as linear indices, ascending.
    package let places: [SharedBuffer<Int32>]
    /// [organ]
    package let counts: [VolumeOutline.Counts]
    /// Boxes in which something is known, in one order for equal ones.
    package let knownRegions: [VoxelBox]

    var shape: GridShape { states.shape }

    init(states: VoxelStates, places: [SharedBuffer<Int32>], counts: [VolumeOutline.Counts], knownRegions: [VoxelBox]) {
        (self.states, self.places, self.counts) = (states, places, counts)
        self.knownRegions = knownRegions.sorted { $0.order.lexicographicallyPrecedes($1.order) }
    }

    /// Blocks.
    ///
    /// - Parameter compositeSets: the parts of each composite label of the training, also of other volumes.
    /// - Throws: `BatchError.unfittingCase`.
    public init(_ labels: VolumeLabels, rule: KnownVoxelRule, compositeSets: [[Int]] = []) throws {
        try labels.validate(organCount: rule.organCount)
        let organs = labels.labels.map { AcceptedVoxels($0, labels.shape) }
        self.init(
            states: labels.states(rule, compositeSets), places: organs.map(\.places), counts: organs.map(\.counts),
            knownRegions: labels.knownRegions)
    }

    /// Those of a case. Blocks.
    ///
    /// - Throws: `BatchError.unfittingCase`.
    public init(_ item: TrainingCase, rule: KnownVoxelRule, compositeSets: [[Int]] = []) throws {
        try self.init(item.volumeLabels, rule: rule, compositeSets: compositeSets)
    }

    /// The same with each organ taken for absent where it is unknown; a volume without any label stays one of which nothing is known.
    func takingMissingForBackground() -> TrainingLabels {
        TrainingLabels(
            states: states.takingUnknownForNegative(places.indices), places: places, counts: counts,
            knownRegions: knownRegions.isEmpty ? [] : [VoxelBox(shape)])
    }
}

extension VoxelBox {
    fileprivate var order: [Int] { (0..<3).flatMap { [lower[$0], upper[$0]] } }
}
