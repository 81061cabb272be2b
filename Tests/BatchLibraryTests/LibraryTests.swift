import Batches
import BatchLibrary
import Domain
import Imaging
import Plans
import TestSupport
import Testing

/// The C functions give the batches of `Sampler`, bit for bit.
@Suite struct LibraryTests {
    private let cases: CachedCases

    init() throws { cases = try CachedCases(in: TemporaryFolder.make()) }

    private static let settings: [[String: String]] = [
        ["dimensions": "3", "contextSlices": "1", "patch": "[16, 8, 8]", "batch": "4"],
        ["dimensions": "2", "contextSlices": "3", "patch": "[12, 10]", "batch": "3", "intensityJitter": "0"],
        [
            "dimensions": "3", "contextSlices": "1", "patch": "[8, 8, 8]", "batch": "6", "augmentation": "nnUNet",
            "cutMixShare": "0.5", "flipShares": "[1, 0, 0.5]", "elasticShare": "0.5", "missingAsBackground": "false",
        ],
    ]

    @Test(arguments: 0..<3, [(0, 1), (1, 2)])
    func batchesAreThoseOfTheSampler(_ index: Int, _ place: (Int, Int)) throws {
        let settings = try LearningSettings(cases.values(Self.settings[index]))
        let sampler = try cases.sampler(settings, rank: place.0, ranks: place.1)
        let library = try cases.open(Self.settings[index], rank: place.0, ranks: place.1)
        for step in [0, 7, 3] {
            let course = Sampler.Course(seed: .max - 3, round: 2)
            let (wanted, found) = (BatchBuffers(settings), BatchBuffers(settings))
            let origins = try sampler.fill(wanted.memory, step: step, of: course)
            #expect(found.fill(library, seed: course.seed, round: 2, step: step) == 0)
            #expect(found.image == wanted.image)
            #expect(found.states == wanted.states)
            #expect(found.composite == wanted.composite)
            #expect(found.origins == origins.flatMap(BatchBuffers.numbers))
        }
    }

    @Test func memoryOfAnotherSizeIsRefused() throws {
        let library = try cases.open(Self.settings[0])
        let other = BatchBuffers(try LearningSettings(cases.values(Self.settings[1])))
        #expect(other.fill(library, seed: 1, round: 0, step: 0) == 1)
        #expect(other.message.hasPrefix("the memory has"))
    }

    @Test(arguments: [("learningRate", "1"), ("patch", "[8, 8]"), ("batch", "none"), ("foregroundShare", "2")])
    func settingsThatDoNotConcernBatchesOrAreWrongAreNamed(_ key: String, _ value: String) {
        var settings = Self.settings[0]
        settings[key] = value
        #expect(throws: CachedCases.Failure.self) { try cases.open(settings) }
        #expect(cases.failure(settings).map { $0.status == 1 && $0.message.contains(key) } == true)
    }
}
