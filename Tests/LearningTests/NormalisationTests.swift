import Batches
import Domain
import Learning
import Plans
import System
import Tensors
import Testing

/// From the codes of a volume to the input of a network.
@Suite struct NormalisationTests {
    private static let shape = GridShape(16, 16, 3)
    private static let statistics = IntensityStatistics(
        minimum: 0, maximum: 4095, mean: 900, deviation: 400, low: 50, high: 2000)

    /// The input that a network sees of a whole volume of one slice with its neighbours, drawn without jitter.
    private func input(_ item: TrainingCase) async throws -> [Float] {
        let settings = smallSettings {
            ($0.patch, $0.intensityJitter, $0.foregroundShare, $0.batch) = ([32, 32], 0, 0, 1)
        }
        return try await tensorThread.run {
            let rule = KnownVoxelRule(organCount: 1, exclusions: [])
            let sampler = try Sampler([item], settings: settings, rule: rule)
            return try sampler.batch(0, settings, organs: ["a"]).batch.image.floats()
        }
    }

    private func item(_ image: IntensityVoxels, _ map: IntensityMap) -> TrainingCase {
        TrainingCase(
            volume: VolumeID(1), shape: Self.shape, spacing: .one, image: image, normalisation: map,
            labels: [.known(foreground: nil)])
    }

    private static let numbers: [Int16] = {
        var random = CounterRandom(5)
        return (0..<shape.count).map { _ in Int16(-1024 + 4095 * random.unit()) }
    }()

    /// As before volumes had codes: clip, times 1/deviation, minus mean/deviation.
    @Test func aComputedTomographyIsNormalisedBitForBitByTheWindow() async throws {
        let found = Set(try await input(item(IntensityVoxels(Self.numbers), .hounsfield)))
        let (factor, low) = (Float(1 / 100.0), Float(-160))
        let expected = Set(Self.numbers.map { min(max(Float($0), low), 240) * factor + (0 - 40 * factor) })
        let air = (low - 40) * factor * 1 + 0
        #expect(found.subtracting([air]).isSubset(of: expected) && found.contains(air) && found.count > 30)
    }

    @Test(arguments: [IntensityNormalisation.zscore, .percentiles, .byModality])
    func aSmallRangeLooksLikeALargeOne(intensity: IntensityNormalisation) async throws {
        let settings = smallSettings { $0.intensity = intensity }
        let numbers = Self.numbers.map { Int16((Int($0) + 1024)) }
        let large = IntensityMap(settings, modality: "MR", statistics: Self.statistics)
        let s = Self.statistics
        let small = IntensityMap(
            settings, modality: "MR",
            statistics: IntensityStatistics(
                minimum: 0, maximum: 1, mean: s.mean / 4095, deviation: s.deviation / 4095, low: s.low / 4095,
                high: s.high / 4095))
        let codes = IntensityCodes(from: 0, to: 1)
        let coded = IntensityVoxels(numbers.map { codes.code(Float($0) / 4095) }, codes: codes)
        let a = try await input(item(IntensityVoxels(numbers), large))
        let b = try await input(item(coded, small))
        #expect(distance(a, b) < Float(0.51 / 65535 * 4095 / 400 + 1e-5))
        #expect(Set(a).count > 100)
    }

    @Test func aModalityDecidesWhereNothingElseIsSaid() {
        #expect(IntensityNormalisation.byModality.resolved(for: "CT") == .window)
        for other in ["MR", "PET", "US", "other"] {
            #expect(IntensityNormalisation.byModality.resolved(for: other) == .zscore)
        }
        for set in [IntensityNormalisation.window, .percentiles, .zscore] { #expect(set.resolved(for: "MR") == set) }
        let percentiles = IntensityMap(
            smallSettings { $0.intensity = .percentiles }, modality: "CT", statistics: Self.statistics)
        #expect(percentiles.low == 50 && percentiles.high == 2000 && percentiles.outside == 50)
        let flat = IntensityMap(
            smallSettings(), modality: "MR",
            statistics: IntensityStatistics(minimum: 0, maximum: 1, mean: 1, deviation: 0, low: 1, high: 1))
        #expect(flat.inverseDeviation.isFinite)
    }

    @Test func aWindowThatMakesAVolumeOneValueIsNoticed() {
        func flattened(_ values: [Float], _ modality: String) -> Bool {
            let codes = IntensityCodes(from: 0, to: Double(values.max() ?? 1))
            let image = IntensityVoxels(values.map(codes.code), codes: codes)
            return item(image, .hounsfield).isFlattened(
                by: smallSettings { $0.intensity = .window }, modality: modality)
        }
        var random = CounterRandom(9)
        let unit = (0..<Self.shape.count).map { $0 % 2 == 0 ? 0 : Float(random.unit()) }
        #expect(flattened(unit, "MR") && flattened(unit, "CT"))
        #expect(flattened(unit.map { $0 == 0 ? 0 : 300 + $0 * 3000 }, "MR"), "all above the window")
        #expect(!flattened(unit.map { $0 * 400 }, "MR"))
        let body = IntensityVoxels(Self.numbers.indices.map { $0 % 50 == 0 ? Int16($0 % 200) : -1000 })
        #expect(!item(body, .hounsfield).isFlattened(by: smallSettings(), modality: "CT"), "much air")
        #expect(!item(IntensityVoxels(Self.numbers), .hounsfield).isFlattened(by: smallSettings(), modality: "MR"))
    }
}
