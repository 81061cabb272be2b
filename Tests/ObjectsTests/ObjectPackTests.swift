@testable import Objects
import Testing

@Suite struct ObjectPackTests {
    @Test func masksComeBackFromTheirPlaces() throws {
        var packer = ObjectPacker()
        let masks: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 9, count: 1000)]
        let entries = masks.map { packer.append($0) }
        let bytes = packer.finish()
        #expect(
            entries == [.init(offset: 8, length: 3), .init(offset: 11, length: 0), .init(offset: 11, length: 1000)])
        for (mask, entry) in zip(masks, entries) {
            #expect(Array(bytes[entry.offset..<entry.offset + entry.length]) == mask)
        }
        let pack = try ObjectPack(bytes)
        #expect(pack.entries == entries)
        #expect(masks.indices.map { Array(pack[$0]) } == masks)
    }

    @Test func anEmptyPackIsOne() throws {
        #expect(try ObjectPack(ObjectPacker().finish()).entries.isEmpty)
    }

    @Test func theFormatIsAsWritten() {
        var packer = ObjectPacker()
        _ = packer.append([0xAA])
        let expected: [UInt8] =
            Array("LACPACK1".utf8) + [0xAA]
            + [8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
            + [1, 0, 0, 0, 1, 0, 0, 0] + Array("LACINDEX".utf8)
        #expect(packer.finish() == expected)
    }

    @Test func noPrefixOfAPackIsAPack() {
        var packer = ObjectPacker()
        _ = packer.append([1, 2, 3])
        _ = packer.append([4, 5])
        let bytes = packer.finish()
        for count in 0..<bytes.count {
            #expect(throws: ObjectStoreError.self, "a pack cut to \(count) bytes") {
                try ObjectPack(Array(bytes[..<count]))
            }
        }
    }

    @Test func everyFlippedBitOutsideTheMasksIsFound() {
        var packer = ObjectPacker()
        _ = packer.append([1, 2, 3])
        _ = packer.append([4, 5])
        let bytes = packer.finish()
        for bit in 0..<(bytes.count * 8) where !(8..<13).contains(bit / 8) {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: ObjectStoreError.self, "bit \(bit)") { try ObjectPack(damaged) }
        }
    }
}
