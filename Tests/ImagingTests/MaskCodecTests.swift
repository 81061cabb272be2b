import Domain
import Foundation
import Imaging
import System
import TestSupport
import Testing

struct MaskCodecTests {
    private func random(_ shape: GridShape, _ density: Double, seed: UInt64) -> BitVolume {
        var generator = SplitMix64(seed: seed)
        var mask = BitVolume(shape)
        for i in 0..<shape.count where Double.random(in: 0..<1, using: &generator) < density { mask[i] = true }
        return mask
    }

    @Test func masksAreDecodedWithTheirValidityMask() throws {
        let shapes = [GridShape(1, 1, 1), GridShape(5, 4, 3), GridShape(64, 3, 2), GridShape(131, 17, 9)]
        for (seed, shape) in shapes.enumerated() {
            for density in [0, 0.01, 0.5, 1] {
                let foreground = random(shape, density, seed: UInt64(seed))
                for known in [nil, random(shape, 0.7, seed: 99), BitVolume(shape)] {
                    let encoded = MaskCodec.encode(foreground: foreground, known: known)
                    let decoded = try MaskCodec.decode(encoded.bytes, shape: shape, contentHash: encoded.contentHash)
                    #expect(decoded.foreground == foreground)
                    #expect(decoded.known == (known?.population == shape.count ? nil : known))
                    #expect(encoded.voxels == foreground.population && encoded.box == foreground.boundingBox)
                }
            }
        }
    }

    @Test func aFullValidityMaskIsOmitted() {
        let mask = random(GridShape(20, 10, 5), 0.3, seed: 1)
        let everywhere = BitVolume(mask.shape, repeating: true)
        #expect(MaskCodec.encode(foreground: mask, known: everywhere) == MaskCodec.encode(foreground: mask))
    }

    @Test func labelValuesAndTheirMaskEncodeAlike() throws {
        let folder = TemporaryFolder.make()
        var generator = SplitMix64(seed: 5)
        let shape = GridShape(37, 11, 6)
        for (name, scale) in [("bytes", 1), ("words", 1000)] {
            let values = (0..<shape.count).map { _ in Int32.random(in: 0..<9, using: &generator) * Int32(scale) }
            let path = "\(folder)/\(name).nii"
            try NIfTIWriter.write(
                .int32(VoxelBuffer(values)), on: ImageGrid(shape: shape, affine: .scaling(Vector3(1, 1, 1))), to: path)
            let labels = try NIfTIReader().readLabels(path)
            for wanted in [[3], [1, 5, 8], [77], [0], [0, 2]].map({ Set($0.map { $0 * scale }) }) {
                let mask = labels.mask(of: wanted)
                #expect((0..<shape.count).allSatisfy { mask[$0] == wanted.contains(Int(values[$0])) })
                let direct = MaskCodec.encode(values: wanted, in: labels)
                if !wanted.contains(0) { #expect(direct == MaskCodec.encode(foreground: mask)) }
                #expect(try MaskCodec.decode(direct.bytes, shape: shape).foreground == mask)
            }
        }
    }

    @Test func formatVersionOneIsUnchanged() {
        var mask = BitVolume(GridShape(4, 3, 2))
        mask[1, 1, 0] = true
        mask[2, 2, 1] = true
        let hash = MaskCodec.encode(foreground: mask).contentHash.description
        #expect(hash == Self.frozenHash)
    }

    /// SHA-256 of 4c4d534b 0100 0000, shape 4 3 2, box (1 1 0) to (3 3 2), bits 0x81.
    private static let frozenHash = "05f7d7c8f4c404a733d1ecb82797a42c01baf35adc03f622efa2761f7239054b"

    @Test func hostileBytesAreRefused() throws {
        let shape = GridShape(40, 30, 20)
        let encoded = MaskCodec.encode(foreground: random(shape, 0.1, seed: 3), known: random(shape, 0.9, seed: 4))
        var generator = SplitMix64(seed: 6)
        for cut in [0, 3, 11, 12, 13, encoded.bytes.count / 2, encoded.bytes.count - 1] {
            #expect(throws: ImagingError.self) { try MaskCodec.decode(Array(encoded.bytes[..<cut]), shape: shape) }
        }
        for _ in 0..<300 {
            var bytes = encoded.bytes
            let at = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[at] ^= UInt8.random(in: 1...255, using: &generator)
            let decoded = try? MaskCodec.decode(bytes, shape: shape, contentHash: encoded.contentHash)
            if let decoded {
                #expect(MaskCodec.encode(foreground: decoded.foreground, known: decoded.known) == encoded)
            }
        }
        for _ in 0..<300 {
            let noise = Array("LMZ1".utf8) + (0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(throws: ImagingError.self) { try MaskCodec.decode(noise, shape: shape) }
        }
        #expect(throws: ImagingError.self) { try MaskCodec.decode(encoded.bytes, shape: GridShape(40, 30, 21)) }
        #expect(throws: ImagingError.self) { try MaskCodec.decode(encoded.bytes, shape: GridShape(30, 40, 20)) }
        var other = encoded.contentHash.bytes
        other[0] ^= 1
        #expect(throws: ImagingError.invalidMask(file: "m", reason: "its content hash differs")) {
            try MaskCodec.decode(encoded.bytes, shape: shape, contentHash: Digest(bytes: other), name: "m")
        }
    }
}
