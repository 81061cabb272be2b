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
