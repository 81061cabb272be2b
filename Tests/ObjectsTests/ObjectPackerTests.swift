import Domain
import Objects
import Testing

@Suite struct ObjectPackerTests {
    @Test func masksLieAtTheirPlaces() {
        var packer = ObjectPacker()
        let masks: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 9, count: 1000)]
        let entries = masks.map { packer.append($0) }
        let bytes = packer.finish()
        #expect(
            entries == [.init(offset: 16, length: 3), .init(offset: 19, length: 0), .init(offset: 19, length: 1000)])
        for (mask, entry) in zip(masks, entries) {
            #expect(Array(bytes[entry.offset..<entry.offset + entry.length]) == mask)
        }
    }

    @Test func theFormatIsAsWritten() {
        var packer = ObjectPacker(predictionsOf: VolumeID(258))
        _ = packer.append([0xAA])
        let expected: [UInt8] =
            Array("LACPACK1".utf8) + [2, 1, 0, 0, 0, 0, 0, 0] + [0xAA]
            + [16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
            + [1, 0, 0, 0, 1, 0, 0, 0] + Array("LACINDEX".utf8)
        #expect(packer.finish() == expected)
    }

    @Test func equalMasksOfAnotherKindOrVolumeAreAnotherObject() {
        func bytes(_ volume: VolumeID?) -> [UInt8] {
            var packer = ObjectPacker(predictionsOf: volume)
            _ = packer.append([1, 2, 3])
            return packer.finish()
        }
        #expect(bytes(nil) != bytes(VolumeID(1)))
        #expect(bytes(VolumeID(1)) != bytes(VolumeID(2)))
    }
}
