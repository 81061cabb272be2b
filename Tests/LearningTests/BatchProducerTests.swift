import Batches
import Domain
import Glibc
import Plans
import Synchronization
import System
import Testing

@Suite struct BatchProducerTests {
    private static let settings = smallSettings { ($0.batch, $0.loaders) = (3, 2) }
    private static let course = Sampler.Course(seed: 4, round: 2)
    private static let rule = KnownVoxelRule(organCount: 1, exclusions: [])
    private static let cases = (0..<6).map { i in
        cubeCase(Int64(i + 1), lower: Vector3(2 + 2 * i, 12 - 2 * i, 1), size: 5, known: i != 4)
    }
    private static let voxels = 16 * 16

    /// The memory of three batches.
    private final class Slots: @unchecked Sendable {
        let images = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3 * 3 * 3 * voxels)
        let states = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 3 * 3 * voxels)

        var memory: [BatchMemory] {
            (0..<3).map { slot in
                BatchMemory(
                    rows: 3,
                    image: UnsafeMutableBufferPointer(rebasing: images[slot * 9 * voxels..<(slot + 1) * 9 * voxels]),
                    states: UnsafeMutableBufferPointer(rebasing: states[slot * 3 * voxels..<(slot + 1) * 3 * voxels]),
                    composite: UnsafeMutableBufferPointer(start: nil, count: 0))
            }
        }

        func image(_ slot: Int) -> [Float] { Array(images[slot * 9 * voxels..<(slot + 1) * 9 * voxels]) }

        deinit {
            images.deallocate()
            states.deallocate()
        }
    }

    private struct Taken: Equatable {
        let origins: [PatchOrigin]
        let image: [Float]
    }

    private static func take(_ steps: Range<Int>, of data: TrainingData, threads: Int) throws -> [Taken] {
        let (slots, sampler) = (Slots(), try Sampler(data, organs: 1, settings: settings))
        let producer = try BatchProducer(sampler, course, into: slots.memory, steps: steps, threads: threads)
        defer { producer.stop() }
        return try steps.map { _ in
            let taken = try producer.take()
            return Taken(origins: taken.origins, image: slots.image(taken.slot))
        }
    }

    private static func data() throws -> TrainingData { try TrainingData(cases, rule: rule) }

    @Test func batchesComeInOrderAndDoNotDependOnThreads() throws {
        let one = try Self.take(0..<40, of: try Self.data(), threads: 1)
        #expect(try Self.take(0..<40, of: try Self.data(), threads: 3) == one)
        #expect(try Self.take(30..<40, of: try Self.data(), threads: 2) == Array(one[30...]), "it begins at any step")
    }

    /// Two processes draw what one draws with twice the batch.
    @Test func ranksDrawTheRowsOfALargerBatch() throws {
        var doubled = Self.settings
        doubled.batch = 6
        func origins(_ sampler: Sampler, _ settings: LearningSettings) throws -> [PatchOrigin] {
            let image = UnsafeMutableBufferPointer<Float>.allocate(capacity: settings.batch * 3 * Self.voxels)
            let states = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: settings.batch * Self.voxels)
            defer {
                image.deallocate()
                states.deallocate()
            }
            let memory = BatchMemory(
                rows: settings.batch, image: image, states: states,
                composite: UnsafeMutableBufferPointer(start: nil, count: 0))
            return try sampler.fill(memory, step: 5, of: Self.course)
        }
        let data = try Self.data()
        let halves = try (0..<2).flatMap {
            try origins(Sampler(data, organs: 1, settings: Self.settings, rank: $0, ranks: 2), Self.settings)
        }
        #expect(try origins(Sampler(data, organs: 1, settings: doubled), doubled) == halves)
    }

    /// Of volumes that appear one after another, in the order that the sampler states, each batch is there as soon as its own are.
    @Test func batchesWaitForTheirVolumesAlone() throws {
        let all = try Self.data()
        let volumes = try Self.cases.map { item in
            TrainingVolume(
                item.volume, image: item.image, spacing: item.spacing, normalisation: item.normalisation,
                labels: try TrainingLabels(item, rule: Self.rule))
        }
        let shelf = VolumeShelf(count: volumes.count)
        let lazy = TrainingData(all.outlines, compositeSets: [], source: shelf)
        let sampler = try Sampler(lazy, organs: 1, settings: Self.settings)
        let order = sampler.volumes(for: 0..<40, of: Self.course)
        #expect(Set(order) == [0, 1, 2, 3, 5], "nothing is known of the fifth")
        let first = Set(order.prefix(sampler.volumes(for: 0..<1, of: Self.course).count))
        for index in first { shelf.put(volumes[index], at: index) }
        let whole = try Self.take(0..<40, of: all, threads: 1)
        #expect(try Self.take(0..<1, of: lazy, threads: 1) == [whole[0]])
        DetachedThread.start {
            for index in order where !first.contains(index) {
                usleep(5000)
                shelf.put(volumes[index], at: index)
            }
        }
        #expect(try Self.take(0..<40, of: lazy, threads: 2) == whole)
    }

    private struct Unreadable: Error, Equatable {}

    /// Also while somebody waits for a volume.
    @Test(.timeLimit(.minutes(1))) func theReasonWhyAVolumeIsMissingReachesWhoTakesTheBatch() throws {
        let shelf = VolumeShelf(count: Self.cases.count)
        let lazy = TrainingData(try Self.data().outlines, compositeSets: [], source: shelf)
        DetachedThread.start {
            usleep(20_000)
            shelf.fail(Unreadable())
            shelf.fail(CancellationError())
        }
        #expect(throws: Unreadable()) { try Self.take(0..<3, of: lazy, threads: 2) }
    }

    /// An organ of which no voxel is left on the grid of the training: its rows come from anywhere in the volume.
    @Test func anOrganThatVanishedIsNotLookedFor() throws {
        let all = try Self.data()
        let outlines = all.outlines.map {
            VolumeOutline($0.volume, counts: [.init(positive: 3, known: 9)], isInformative: $0.isInformative)
        }
        let labels = try TrainingLabels(Self.cases[4], rule: Self.rule)
        let shelf = VolumeShelf(count: outlines.count)
        for (index, item) in Self.cases.enumerated() {
            shelf.put(
                TrainingVolume(
                    item.volume, image: item.image, spacing: item.spacing, normalisation: item.normalisation,
                    labels: labels),
                at: index)
        }
        let taken = try Self.take(
            0..<3, of: TrainingData(outlines, compositeSets: [], source: shelf), threads: 1)
        #expect(taken.allSatisfy { $0.origins.allSatisfy { $0.organ == nil } })
    }
}
