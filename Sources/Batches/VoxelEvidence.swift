internal import CBatches
internal import Domain

/// What the states of a volume's voxels follow from: planes of bits, and codes of labels that are coded already.
struct VoxelEvidence {
    let planes: [BitVolume]
    let codes: [SharedBuffer<UInt8>]

    init(planes: [BitVolume], codes: [SharedBuffer<UInt8>] = []) { (self.planes, self.codes) = (planes, codes) }

    func withPointers<R>(_ body: (cb_evidence) -> R) -> R {
        Self.pointers(planes[...], []) { planes in
            Self.pointers(codes[...], []) { codes in
                planes.withUnsafeBufferPointer { planes in
                    codes.withUnsafeBufferPointer { codes in
                        body(
                            cb_evidence(
                                planes: planes.baseAddress, codes: codes.baseAddress,
                                plane_count: Int32(planes.count), code_count: Int32(codes.count)))
                    }
                }
            }
        }
    }

    private static func pointers<R>(
        _ planes: ArraySlice<BitVolume>, _ found: [UnsafePointer<UInt64>?],
        _ body: ([UnsafePointer<UInt64>?]) -> R
    ) -> R {
        guard let plane = planes.first else { return body(found) }
        return plane.words.withUnsafeBufferPointer { pointers(planes.dropFirst(), found + [$0.baseAddress], body) }
    }

    private static func pointers<R>(
        _ codes: ArraySlice<SharedBuffer<UInt8>>, _ found: [UnsafePointer<UInt8>?],
        _ body: ([UnsafePointer<UInt8>?]) -> R
    ) -> R {
        guard let own = codes.first else { return body(found) }
        return own.withValues { pointers(codes.dropFirst(), found + [$0.baseAddress], body) }
    }
}

/// Some of the combinations of bits and bytes that a volume's voxels have.
struct EvidenceSlice {
    /// [combination][word]: the bytes of all codes, then the bits of all planes, from the lowest bit of the first word on.
    let keys: UnsafeBufferPointer<UInt64>
    /// Words of a combination.
    let width: Int
    /// Codes before the planes.
    let codeCount: Int

    var count: Int { keys.count / width }
    var isEmpty: Bool { keys.isEmpty }
    /// As if each combination were a voxel.
    var shape: GridShape { GridShape(count, 1, 1) }

    func codes(_ number: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: keys[$0 * width + number / 8] >> UInt64(number % 8 * 8)) }
    }

    /// - Parameter plane: its number.
    func bits(_ plane: Int) -> BitVolume {
        let place = 8 * codeCount + plane
        var bits = BitVolume(shape)
        for i in 0..<count { bits[i] = keys[i * width + place >> 6] >> UInt64(place & 63) & 1 == 1 }
        return bits
    }
}
