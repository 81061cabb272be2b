internal import Batches
internal import DICOM
internal import Domain
internal import Imaging
internal import Learning
internal import Plans
internal import System
internal import Workflows

/// Measures how long the first batch of a training takes whose cache is empty, and what the time of one volume goes to.
struct ColdStartBenchmark {
    struct Result: Sendable {
        /// From the list of volumes to the first batch.
        var firstBatch = Duration.zero
        /// Volumes that the batch is cut out of.
        var needed = 0
        /// Of one volume, one after another: to read the image; to code, write and map it; to read the masks; to code them; to write and map
        /// the codes.
        var reading = Duration.zero, caching = Duration.zero, decoding = Duration.zero, coding = Duration.zero
        var storing = Duration.zero
        /// To read as many stored bytes, and to write as many cached ones, without more.
        var plain = Duration.zero
    }

    let shape: GridShape
    let organs: Int
    let volumes: Int
    let settings: LearningSettings
    let folder: String
    private let clock = ContinuousClock()
    private let work = BlockingWork()
    private let course = Sampler.Course(seed: 1, round: 0)

    init(shape: GridShape, organs: Int, volumes: Int, patch: Int, folder: String) {
        (self.shape, self.organs, self.volumes, self.folder) = (shape, organs, volumes, folder)
        var settings = LearningSettings()
        (settings.dimensions, settings.contextSlices, settings.batch) = (3, 1, 2)
        settings.patch = [patch, patch, patch]
        self.settings = settings
    }

    func run() async throws -> Result {
        let ontology = Ontology.standard
        let keys = Array(ontology.organs.map(\.key).prefix(organs))
        let rule = ontology.knownVoxelRule(for: keys)
        var data = try await ColdStartData(shape, organs: keys, volumes: volumes, in: folder)
        let (_, needed) = try await first(of: library(data, "none"), rule)
        for number in needed { try await data.write(number) }
        var result = Result()
        result.needed = needed.count
        let began = clock.now
        try await fill(library(data, "whole"), rule)
        result.firstBatch = clock.now - began
        try await measure(needed[0], data, library(data, "parts"), rule, &result)
        return result
    }

    private func library(_ data: ColdStartData, _ name: String) -> CaseLibrary {
        CaseLibrary(
            data.snapshot, ontology: .standard, cache: cache(name), settings: settings,
            masks: MaskReader(store: data.store))
    }

    private func cache(_ name: String) -> TrainingCache {
        TrainingCache(
            VolumeCache(folder: "\(folder)/cache-\(name)"), converted: SeriesCache(folder: "\(folder)/converted"),
            spacing: nil)
    }

    /// The volumes of a training, and which of them its first batch needs.
    private func first(
        of library: CaseLibrary, _ rule: KnownVoxelRule
    ) async throws -> (TrainingPreparation, [Int]) {
        let preparation = await library.training(in: .train, rule, pseudo: [])
        let sampler = try Sampler(preparation.data, organs: organs, settings: settings)
        return (preparation, sampler.volumes(for: 0..<1, of: course))
    }

    private func fill(_ library: CaseLibrary, _ rule: KnownVoxelRule) async throws {
        let (preparation, needed) = try await first(of: library, rule)
        let sampler = try Sampler(preparation.data, organs: organs, settings: settings)
        let (work, course, batch) = (work, course, OwnedBatch(settings, organs: organs))
        try await preparation.making(needed, isStopping: { false }) {
            _ = try await work.run { try sampler.fill(batch.memory, step: 0, of: course) }
        }
    }

    private func measure(
        _ number: Int, _ data: ColdStartData, _ library: CaseLibrary, _ rule: KnownVoxelRule, _ result: inout Result
    ) async throws {
        let part = library.trainingParts(in: .train, rule, pseudo: []).parts[number]
        let volume = part.volume
        result.reading = try await time { _ = try await work.run { try NIfTIReader().readImage(volume.path) } }
        result.caching = try await time {
            _ = try await work.run { [cache = library.cache] in try cache.image(of: volume) }
        }
        result.caching = max(.zero, result.caching - result.reading)
        let began = clock.now
        let labels = try await library.labels(of: volume)
        result.decoding = clock.now - began
        let coded = clock.now
        let training = try await work.run { try TrainingLabels(labels, rule: rule) }
        result.coding = clock.now - coded
        result.storing = try await time {
            _ = try await work.run { [cache = library.cache] in try cache.store(training, part.content, of: volume) }
        }
        result.plain = try await time {
            try await work.run { [folder, shape] in
                _ = try data.storedBytes(number)
                let file = try TemporaryFile(in: folder)
                try file.write([UInt8](repeating: 1, count: 3 * shape.count))
            }
        }
    }

    private func time(_ body: () async throws -> Void) async throws -> Duration {
        let began = clock.now
        try await body()
        return clock.now - began
    }
}
