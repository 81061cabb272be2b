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
    public init(_ item: TrainingCase, rule: KnownVoxelRule, compositeSets: [[Int]] = []) throws {
        try item.validate(organCount: rule.organCount)
        self.init(
            states: item.states(rule, compositeSets),
            places: item.labels.map { SharedBuffer($0.acceptedForeground.map(Self.spread) ?? []) },
            counts: item.labels.map { VolumeOutline.Counts($0, item.shape) }, knownRegions: item.knownRegions)
    }

    /// The same with each organ taken for absent where it is unknown; a volume without any label stays one of which nothing is known.
    func takingMissingForBackground() -> TrainingLabels {
        TrainingLabels(
            states: states.takingUnknownForNegative(places.indices), places: places, counts: counts,
            knownRegions: knownRegions.isEmpty ? [] : [VoxelBox(shape)])
    }

    /// About 4,096 voxels of a mask, evenly spread.
    static func spread(_ bits: BitVolume) -> [Int32] {
        let step = max(1, bits.population / 4096)
        var result: [Int32] = []
        var seen = 0
        bits.forEachSet { voxel in
            if seen % step == 0 { result.append(Int32(voxel)) }
            seen += 1
        }
        return result
    }
}

extension VoxelBox {
    fileprivate var order: [Int] { (0..<3).flatMap { [lower[$0], upper[$0]] } }
}

extension VolumeOutline.Counts {
    init(_ label: OrganLabel, _ shape: GridShape) {
        let positive = label.acceptedForeground?.population ?? 0
        let known =
            switch label {
            case .known(_, let extent, let known):
                known?.population ?? (extent ?? VoxelBox(shape)).intersection(VoxelBox(shape)).shape.count
            case .pseudo(_, let known): known?.population ?? shape.count
            case .unknown: 0
            }
        self.init(positive: positive, known: known)
    }
}

extension TrainingCase {
    /// The states of its voxels by the rule of known voxels.
    func states(_ rule: KnownVoxelRule, _ compositeSets: [[Int]]) -> VoxelStates {
        let slice = shape.x * shape.y
        return StateEncoder.encode(shape, channels: rule.organCount + compositeSets.count) { z, planes in
            let organs = UnsafeMutableBufferPointer(rebasing: planes[..<(rule.organCount * slice)])
            let composites = UnsafeMutableBufferPointer(rebasing: planes[(rule.organCount * slice)...])
            rule.fill(
                organs, compositePlanes: composites, compositeSets: compositeSets, labels: labels,
                composites: self.composites, shape: shape,
                box: VoxelBox(lower: Vector3(0, 0, z), upper: Vector3(shape.x, shape.y, z + 1)))
        }
    }

    /// Extents of complete and composite labels, and the whole volume for a pseudo label with an accepted voxel.
    var knownRegions: [VoxelBox] {
        let whole = VoxelBox(shape)
        let regions: [VoxelBox?] = labels.map { label in
            switch label {
            case .known(_, let extent, let known):
                known?.isEmpty == true ? nil : extent.map(whole.intersection) ?? whole
            case .pseudo(_, let known): known?.isEmpty == true ? nil : whole
            case .unknown: nil
            }
        }
        return (regions.compactMap { $0 } + composites.map { $0.extent.map(whole.intersection) ?? whole })
            .filter { !$0.isEmpty }
    }
}
