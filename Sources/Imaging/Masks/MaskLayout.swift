internal import Domain

/// The canonical uncompressed encoding of a mask, as `MaskCodec` describes it.
enum MaskLayout {
    static let headerSize = 8 + 12 + 24
    private static let magic = Array("LMSK".utf8)
    private static let hasValidityMask: UInt16 = 1

    /// The largest possible number of bytes for a shape.
    static func largestSize(_ shape: GridShape) -> Int { 20 + 2 * (24 + (shape.count + 7) >> 3) }

    static func bytes(_ foreground: PackedBox, _ known: PackedBox?, _ shape: GridShape) -> [UInt8] {
        var out = magic
        out.reserveCapacity(headerSize + foreground.byteCount + (known.map { 24 + $0.byteCount } ?? 0))
        append(UInt16(MaskCodec.version), &out)
        append(known == nil ? 0 : hasValidityMask, &out)
        for size in [shape.x, shape.y, shape.z] { append(UInt32(size), &out) }
        for plane in [foreground, known].compactMap({ $0 }) {
            for corner in [plane.box.lower, plane.box.upper] {
                for axis in 0..<3 { append(UInt32(corner[axis]), &out) }
            }
            plane.words.withUnsafeBytes { out.append(contentsOf: $0.prefix(plane.byteCount)) }
        }
        return out
    }

    /// - Throws: `invalidMask`.
    static func parse(_ bytes: [UInt8], _ shape: GridShape, _ name: String) throws -> Mask {
        var at = 0
        func invalid(_ reason: String) -> ImagingError { .invalidMask(file: name, reason: reason) }
        func integer<T: FixedWidthInteger>(_: T.Type) throws -> Int {
            guard at + MemoryLayout<T>.size <= bytes.count else { throw invalid("it ends early") }
            defer { at += MemoryLayout<T>.size }
            return bytes.withUnsafeBytes { Int(T(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: T.self))) }
        }
        func plane() throws -> BitVolume {
            let corners = try (0..<6).map { _ in try integer(UInt32.self) }
            let box = VoxelBox(lower: Vector3(corners[..<3]), upper: Vector3(corners[3...]))
            let inside = (0..<3).allSatisfy { box.lower[$0] <= box.upper[$0] && box.upper[$0] <= shape[$0] }
            guard inside else { throw invalid("its box is outside the volume") }
            let packed = PackedBox(box: box, words: [])
            guard at + packed.byteCount <= bytes.count else { throw invalid("it ends early") }
            defer { at += packed.byteCount }
            return PackedBox(box: box, words: words(bytes[at..<at + packed.byteCount], bits: packed.bitCount)).volume(
                shape)
        }
        guard bytes.starts(with: magic) else { throw invalid("it does not begin with the magic number of a mask") }
        at = magic.count
        guard try integer(UInt16.self) == MaskCodec.version else { throw invalid("its format version is unknown") }
        let flags = try integer(UInt16.self)
        guard flags <= hasValidityMask else { throw invalid("it has unknown flags") }
        let found = try (0..<3).map { _ in try integer(UInt32.self) }
        guard found == [shape.x, shape.y, shape.z] else { throw invalid("its shape differs from the volume's") }
        let foreground = try plane()
        let known = try flags == hasValidityMask ? plane() : nil
        guard at == bytes.count else { throw invalid("bytes follow its end") }
        return Mask(foreground: foreground, known: known)
    }

    private static func append(_ value: some FixedWidthInteger, _ out: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { out.append(contentsOf: $0) }
    }

    /// The bits as words; padding bits after the last voxel are cleared.
    private static func words(_ bytes: ArraySlice<UInt8>, bits: Int) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: (bits + 63) >> 6)
        words.withUnsafeMutableBytes { out in bytes.withUnsafeBytes { out.copyBytes(from: $0) } }
        if bits & 63 != 0, let last = words.indices.last { words[last] &= (1 << UInt64(bits & 63)) - 1 }
        return words
    }
}
