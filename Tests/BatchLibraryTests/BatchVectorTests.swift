import Batches
import Domain
import FoundationEssentials
import Imaging
import Plans
import TestSupport
import Testing

/// Checksums of batches that the Python package drew of two small volumes (`python/tests/make_batches.py`): both sides have the same bytes.
@Suite struct BatchVectorTests {
    struct Vector: Decodable, Sendable {
        struct Options: Decodable, Sendable {
            let patch: [Int]?
            let batch: Int?
            let slices: Int?
            let seed: UInt64?
            let round: Int?
            let rank: Int?
            let ranks: Int?
            let settings: [String: SettingValue]?
        }

        let name: String
        let options: Options
        let steps: [Int]
        let digests: [String]
    }

    private static let data = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../python/tests/data")

    private static let vectors: [Vector] = {
        guard let data = try? Data(contentsOf: data.appending(path: "batches.json")) else { return [] }
        return (try? JSONDecoder().decode([Vector].self, from: data)) ?? []
    }()

    @Test func thereAreVectors() { #expect(Self.vectors.count == 4) }

    @Test(arguments: 0..<4)
    func batchesAreThoseOfTheVector(_ index: Int) throws {
        let vector = try #require(Self.vectors.indices.contains(index) ? Self.vectors[index] : nil)
        let (options, settings) = (vector.options, try Self.settings(vector.options))
        let sampler = try Sampler(
            TrainingData(try Self.volumes(), compositeSets: [[1, 2]]), organs: 3, settings: settings,
            mirror: ChannelMirror([0, 2, 1]), rank: options.rank ?? 0, ranks: options.ranks ?? 1)
        let course = Sampler.Course(seed: options.seed ?? 7, round: options.round ?? 0)
        try #require(!vector.steps.isEmpty && vector.steps.count == vector.digests.count)
        for (step, digest) in zip(vector.steps, vector.digests) {
            let buffers = BatchBuffers(settings)
            let origins = try sampler.fill(buffers.memory, step: step, of: course)
            #expect(buffers.digest(origins) == digest)
        }
    }

    private static func settings(_ options: Vector.Options) throws -> LearningSettings {
        let patch = options.patch ?? [8, 6, 4]
        var values = options.settings ?? [:]
        values["dimensions"] = .integer(patch.count)
        values["contextSlices"] = .integer(options.slices ?? 1)
        values["patch"] = .list(patch.map { .integer($0) })
        values["batch"] = .integer(options.batch ?? 2)
        values["widths"] = .list([.integer(1)])
        return try LearningSettings(values)
    }

    /// The files belong to whoever checked them out, so that copies are opened.
    private static func volumes() throws -> [TrainingVolume] {
        let cache = VolumeCache(folder: TemporaryFolder.make())
        return try (1...2).map { number in
            for ending in ["volume", "labels"] {
                let name = "case\(number).\(ending)"
                let copy = URL(filePath: "\(cache.folder)/\(name)")
                try Data(contentsOf: data.appending(path: "cache/\(name)")).write(to: copy)
            }
            let image = try #require(try cache.open("case\(number)"))
            let labels = try #require(try cache.openLabels("case\(number)"))
            guard case .int16(let voxels) = image.voxels else { throw OtherVoxels() }
            return TrainingVolume(
                VolumeID(Int64(number)),
                image: IntensityVoxels(voxels, codes: image.intensities.codes, owner: image), spacing: image.spacing,
                normalisation: IntensityMap(low: -160, high: 240, mean: 40, deviation: 100, outside: -160),
                labels: try TrainingLabels(labels.payload, shape: image.shape, organs: 3, channels: 4, owner: labels))
        }
    }

    private struct OtherVoxels: Error {}
}
