public import Domain

/// A volume as batches are cut from it: its image, the states of its voxels, and where its organs are.
public struct TrainingVolume: Sendable {
    public let volume: VolumeID
    let image: NormalisedImage
    /// Channels: the organs of the plan, then the composite labels of the training.
    package let states: VoxelStates
    /// [organ]: accepted voxels as linear indices, ascending.
    let places: [[Int32]]
    /// Boxes in which something is known.
    let knownRegions: [VoxelBox]
    /// [organ]
    let counts: [KnownCounts]

    var shape: GridShape { image.shape }

    /// Blocks.
    ///
    /// - Parameters:
    ///   - compositeSets: the parts of each composite label of the training, also of other volumes.
    ///   - missingAsBackground: whether an organ without a label is taken for absent.
    /// - Throws: `LearningError.unfittingCase`.
    public init(
        _ item: TrainingCase, rule: KnownVoxelRule, compositeSets: [[Int]] = [], missingAsBackground: Bool = false
    ) throws {
        try item.validate(organCount: rule.organCount)
        (volume, image) = (item.volume, item.normalisedImage)
        let states = item.states(rule, compositeSets)
        self.states = missingAsBackground ? states.takingUnknownForNegative(0..<rule.organCount) : states
        places = item.labels.map { label in label.acceptedForeground.map(OrganPlaces.spread) ?? [] }
        knownRegions = missingAsBackground ? [VoxelBox(item.shape)] : item.knownRegions
        counts = item.labels.map { KnownCounts($0, item.shape) }
    }

    /// The parts of the composite labels of all cases, in one order.
    public static func compositeSets(of cases: [TrainingCase]) -> [[Int]] {
        Set(cases.flatMap { $0.composites.map(\.parts) }).sorted { $0.lexicographicallyPrecedes($1) }
    }
}

/// Voxels whose class a label states.
struct KnownCounts: Hashable, Sendable {
    /// Those of the organ, and all.
    let positive, known: Int

    init(_ label: OrganLabel, _ shape: GridShape) {
        positive = label.acceptedForeground?.population ?? 0
        known =
            switch label {
            case .known(_, let extent, let known):
                known?.population ?? (extent ?? VoxelBox(shape)).intersection(VoxelBox(shape)).shape.count
            case .pseudo(_, let known): known?.population ?? shape.count
            case .unknown: 0
            }
    }
}

enum OrganPlaces {
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

extension TrainingCase {
    /// The states of its voxels by the rule of known voxels.
    fileprivate func states(_ rule: KnownVoxelRule, _ compositeSets: [[Int]]) -> VoxelStates {
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
    fileprivate var knownRegions: [VoxelBox] {
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
