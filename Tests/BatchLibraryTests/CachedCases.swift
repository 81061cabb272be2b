import Batches
import BatchLibrary
import Domain
import Imaging
import Plans

/// Two volumes as files of a training cache, and as cases in memory.
final class CachedCases: Sendable {
    static let organs = ["liver", "kidney_right", "kidney_left"]
    static let compositeSets = [[1, 2]]
    private let cases: [TrainingCase]
    let paths: [(image: String, labels: String)]
    private let rule = KnownVoxelRule(organCount: 3, exclusions: [(0, 1), (0, 2), (1, 2)])

    init(in folder: String) throws {
        let cache = VolumeCache(folder: folder)
        let map = IntensityMap(low: -160, high: 240, mean: 40, deviation: 100, outside: -160)
        let rule = self.rule
        let made = [GridShape(20, 18, 12), GridShape(14, 22, 9)].enumerated().map { index, shape in
            let voxels = (0..<shape.count).map { Int16(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) % 400 }
            let organ = { (modulus: Int) in
                var mask = BitVolume(shape)
                for i in stride(from: index, to: shape.count, by: modulus) { mask[i] = true }
                return mask
            }
            return (
                TrainingCase(
                    volume: VolumeID(Int64(index + 1)), shape: shape, spacing: Vector3(1, 1.5, 2),
                    image: IntensityVoxels(voxels), normalisation: map,
                    labels: index == 0
                        ? [
                            .known(foreground: organ(7), extent: nil), .unknown,
                            .pseudo(foreground: organ(11), known: nil),
                        ]
                        : [.unknown, .known(foreground: organ(5), extent: nil), .unknown],
                    composites: index == 0
                        ? [CompositeLabel(parts: [1, 2], foreground: organ(11), extent: nil, known: nil)] : []),
                voxels
            )
        }
        cases = made.map(\.0)
        paths = try made.map { item, voxels in
            let name = "case\(item.volume.rawValue)"
            let statistics = IntensityStatistics(minimum: -400, maximum: 400, mean: 0, deviation: 1, low: -1, high: 1)
            try cache.store(
                .int16(VoxelBuffer(voxels)), shape: item.shape, spacing: item.spacing,
                intensities: ImageIntensities(codes: .exact, statistics: statistics), as: name)
            let labels = try TrainingLabels(item, rule: rule, compositeSets: Self.compositeSets)
            try labels.withBytes { try cache.storeLabels($0, as: name) }
            return (cache.volumePath(name), cache.labelPath(name))
        }
    }

    /// As a configuration has them, with a network that takes patches of any size.
    func values(_ settings: [String: String]) -> [String: SettingValue] {
        var values = settings.mapValues { text -> SettingValue in
            guard text.hasPrefix("[") else { return .text(text) }
            return .list(text.dropFirst().dropLast().split(separator: ",").map { .text(String($0.drop { $0 == " " })) })
        }
        values["widths"] = .list([.integer(1)])
        return values
    }

    /// From the cases in memory.
    func sampler(_ settings: LearningSettings, rank: Int, ranks: Int) throws -> Sampler {
        let volumes = try cases.map { item in
            TrainingVolume(
                item.volume, image: item.image, spacing: item.spacing, normalisation: item.normalisation,
                labels: try TrainingLabels(item, rule: rule, compositeSets: Self.compositeSets))
        }
        return try Sampler(
            TrainingData(volumes, compositeSets: Self.compositeSets), organs: 3, settings: settings,
            mirror: ChannelMirror([0, 2, 1]), rank: rank, ranks: ranks)
    }

    /// From the files.
    func open(_ settings: [String: String], rank: Int = 0, ranks: Int = 1) throws -> LibraryBatches {
        let plan = try plan()
        for (key, value) in settings { try plan.set(key, value) }
        try plan.add(compositeOf: Self.compositeSets[0].map(Int64.init))
        return try plan.open(rank: Int64(rank), ranks: Int64(ranks))
    }

    /// A description of the volumes, without settings and composite labels.
    func plan() throws -> LibraryPlan {
        let plan = try LibraryPlan(organs: Self.organs)
        for (item, paths) in zip(cases, paths) {
            try plan.add(item.volume.rawValue, image: paths.image, labels: paths.labels)
        }
        return plan
    }
}
