import Batches
import BatchLibrary
import Domain
import Imaging
import Plans

/// Two volumes as files of a training cache, and as cases in memory.
final class CachedCases: Sendable {
    struct Failure: Error {
        let status: Int32
        let message: String
    }

    static let organs = ["liver", "kidney_right", "kidney_left"]
    static let compositeSets = [[1, 2]]
    private let cases: [TrainingCase]
    private let paths: [(image: String, labels: String)]
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

    /// From the files. The handle is not freed.
    func open(_ settings: [String: String], rank: Int = 0, ranks: Int = 1) throws -> UnsafeMutableRawPointer {
        var message = [CChar](repeating: 0, count: 1024)
        func check(_ status: Int32) throws {
            guard status != 0 else { return }
            let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw Failure(status: status, message: String(decoding: text, as: UTF8.self))
        }
        let plan = Self.plan()
        defer { freePlan(plan) }
        for (key, value) in settings { try check(setValue(plan, key, value, &message, 1024)) }
        try check(addComposite(plan, Self.compositeSets[0].map(Int64.init), 2, &message, 1024))
        for (item, paths) in zip(cases, paths) {
            try check(
                addVolume(
                    plan, item.volume.rawValue, paths.image, paths.labels, [-160, 240, 40, 100, -160], &message, 1024))
        }
        var batches: UnsafeMutableRawPointer?
        try check(openBatches(plan, Int64(rank), Int64(ranks), &batches, &message, 1024))
        return batches!
    }

    func failure(_ settings: [String: String]) -> Failure? {
        do {
            _ = try open(settings)
            return nil
        } catch {
            return error as? Failure
        }
    }

    private static func plan() -> UnsafeMutableRawPointer {
        let names = organs.map { name in
            name.withCString { text in
                let copy = UnsafeMutablePointer<CChar>.allocate(capacity: name.utf8.count + 1)
                copy.initialize(from: text, count: name.utf8.count + 1)
                return copy
            }
        }
        defer { names.forEach { $0.deallocate() } }
        return makePlan(names.map { UnsafePointer($0) }, Int64(names.count))
    }
}
