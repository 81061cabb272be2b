import Batches
import Domain
import Learning
import System
import Testing

/// Labels as bytes: the same after a round trip, and refused where they are cut or of something else.
@Suite struct TrainingLabelsTests {
    private static let shape = GridShape(20, 12, 9)

    private static func labels() throws -> TrainingLabels {
        var random = CounterRandom(4)
        let noise = BitVolume(shape) { _, _, _ in random.unit() < 0.5 }
        let block = BitVolume(shape) { x, _, z in x > 6 && z < 4 }
        let item = TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: .one,
            image: IntensityVoxels(Array(repeating: 0, count: shape.count)), normalisation: .hounsfield,
            labels: [
                .known(foreground: block, extent: VoxelBox(lower: Vector3(2, 0, 0), upper: Vector3(20, 12, 8))),
                .pseudo(foreground: noise, known: block), .unknown, .known(foreground: nil, extent: nil),
            ])
        return try TrainingLabels(item, rule: KnownVoxelRule(organCount: 4, exclusions: [(0, 1)]))
    }

    private static func bytes(_ labels: TrainingLabels) -> [UInt8] { labels.withBytes { $0.flatMap { Array($0) } } }

    private static func read(_ bytes: [UInt8], shape: GridShape = shape, organs: Int = 4) throws -> TrainingLabels {
        let block = AlignedBytes(bytes)
        return try TrainingLabels(block.bytes, shape: shape, organs: organs, channels: organs, owner: block)
    }

    @Test func labelsAreTheSameAfterARoundTrip() throws {
        let labels = try Self.labels()
        let again = try Self.read(Self.bytes(labels))
        #expect(Self.bytes(again) == Self.bytes(labels))
        #expect(again.states.groups.map(\.tables) == labels.states.groups.map(\.tables))
        for (one, other) in zip(again.places, labels.places) {
            #expect(one.withValues(Array.init) == other.withValues(Array.init))
        }
        #expect(again.places.map(\.isEmpty) == [false, false, true, true])
        let (codes, expected) = (again.states.groups[0].codes, labels.states.groups[0].codes)
        #expect(codes.withValues(Array.init) == expected.withValues(Array.init))
    }

    @Test func bytesOfSomethingElseAreRefused() throws {
        let bytes = Self.bytes(try Self.labels())
        for count in stride(from: 0, to: bytes.count, by: 97) {
            #expect(throws: InvalidLabelBytes.self) { try Self.read(Array(bytes[..<count])) }
        }
        #expect(throws: InvalidLabelBytes.self) { try Self.read(bytes, shape: GridShape(12, 20, 9)) }
        #expect(throws: InvalidLabelBytes.self) { try Self.read(bytes, organs: 5) }
        let placesOfOrgans = [8, 11, 14, 17]
        for number in Array(0..<6) + placesOfOrgans {
            var wrong = bytes
            wrong.replaceSubrange(number * 8..<number * 8 + 8, with: [255, 255, 255, 255, 255, 255, 255, 127])
            #expect(throws: InvalidLabelBytes.self, "number \(number)") { try Self.read(wrong) }
        }
    }

    /// Of random labels, with exclusions, a part of a whole, and composite labels that a pseudo label decides or leaves open.
    @Test(arguments: 1...40) func pseudoLabelsAreAddedAsIfAllWereCodedTogether(seed: Int) throws {
        var random = CounterRandom(UInt64(seed))
        func blob() -> BitVolume {
            let (x, y, z) = (random.index(below: 20), random.index(below: 12), random.index(below: 9))
            return BitVolume(Self.shape) { abs($0 - x) + abs($1 - y) + abs($2 - z) < 8 }
        }
        func chance(_ share: Double) -> Bool { random.unit() < share }
        let annotations: [OrganLabel] = (0..<5).map { _ in
            guard chance(0.5) else { return .unknown }
            return .known(
                foreground: chance(0.8) ? blob() : nil,
                extent: chance(0.3) ? VoxelBox(lower: Vector3(2, 0, 1), upper: Vector3(18, 12, 8)) : nil,
                known: chance(0.3) ? blob() : nil)
        }
        var (together, pseudo) = (annotations, [Int: OrganLabel]())
        for organ in annotations.indices where annotations[organ] == .unknown && chance(0.8) {
            let label = OrganLabel.pseudo(foreground: blob(), known: chance(0.8) ? blob() : nil)
            (together[organ], pseudo[organ]) = (label, label)
        }
        let (rule, sets) = (
            KnownVoxelRule(organCount: 5, exclusions: [(0, 1), (1, 3), (2, 3)], parts: [(part: 4, whole: 0)]),
            [[0, 3], [1, 2]]
        )
        let composites = [
            CompositeLabel(parts: [0, 3], foreground: blob(), extent: nil),
            CompositeLabel(parts: [1, 2], foreground: blob(), known: blob()),
        ]
        func coded(_ labels: [OrganLabel]) throws -> TrainingLabels {
            let item = TrainingCase(
                volume: VolumeID(1), shape: Self.shape, spacing: .one,
                image: IntensityVoxels(Array(repeating: 0, count: Self.shape.count)), normalisation: .hounsfield,
                labels: labels, composites: composites)
            return try TrainingLabels(item, rule: rule, compositeSets: sets)
        }
        let wanted = try coded(together)
        let found = try coded(annotations).adding(pseudo, rule: rule, compositeSets: sets)
        #expect(Self.states(found) == Self.states(wanted))
        #expect(found.counts == wanted.counts && found.knownRegions == wanted.knownRegions)
        #expect(found.places.map { $0.withValues(Array.init) } == wanted.places.map { $0.withValues(Array.init) })
    }

    private static func states(_ labels: TrainingLabels) -> [UInt8] {
        let planes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 7 * shape.count)
        defer { planes.deallocate() }
        labels.states.fill(planes, channels: 0..<7, box: VoxelBox(shape))
        return Array(planes)
    }
}

/// Bytes from a multiple of 64 on, as a mapped file has them.
private final class AlignedBytes: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer

    init(_ values: [UInt8]) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(values.count, 1), alignment: 64)
        copy.copyBytes(from: values)
        bytes = UnsafeRawBufferPointer(rebasing: copy[..<values.count])
    }

    deinit { bytes.deallocate() }
}
