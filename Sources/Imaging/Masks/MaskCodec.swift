internal import CZstd
public import Domain
internal import Hashing

/// A mask in canonical RAS+ order: the labelled voxels, and the validity mask of the voxels at which the label is
/// known.
public struct Mask: Sendable, Hashable {
    public var foreground: BitVolume
    /// Validity mask; nil: the label is known everywhere.
    public var known: BitVolume?

    /// - Precondition: foreground and validity mask have equal shapes.
    public init(foreground: BitVolume, known: BitVolume? = nil) {
        precondition(known == nil || known?.shape == foreground.shape, "two masks of equal shape")
        (self.foreground, self.known) = (foreground, known)
    }
}

/// A mask's stored bytes, with the values that the catalogue records about it.
public struct EncodedMask: Sendable, Hashable {
    /// Compressed; may differ between compressor versions.
    public let bytes: [UInt8]
    /// SHA-256 of the canonical uncompressed encoding: equal masks always have equal hashes.
    public let contentHash: Digest
    /// Number of foreground voxels.
    public let voxels: Int
    /// Number of voxels of the validity mask; nil where the label is known everywhere.
    public let knownVoxels: Int?
    /// Bounding box of the foreground in canonical voxel indices; an empty box at the origin where there is none.
    public let box: VoxelBox
}

/// Mask format, version 1.
///
/// Canonical encoding, little-endian: magic `LMSK`, version (u16), flags (u16, bit 0: a validity mask follows), shape
/// (3 × u32), then for foreground and validity mask the box (lower, upper: 6 × u32; all zero if empty) and the bits of
/// the box's voxels, x fastest, lowest bit first, padded with zeros to a byte. A validity mask that is set everywhere
/// is omitted. Stored: `LMZ1`, canonical length (u64), one zstd frame with checksum.
public enum MaskCodec {
    public static let version = 1

    /// Encodes a mask in canonical order; works within the bounding boxes only.
    /// - Parameter known: the validity mask; nil: the label is known everywhere.
    /// - Precondition: equal shapes.
    public static func encode(foreground: BitVolume, known: BitVolume? = nil) -> EncodedMask {
        encode(PackedBox(foreground, box: foreground.boundingBox), known, foreground.shape)
    }

    /// Encodes the voxels with one of `values`, without an intermediate mask of the whole volume.
    /// - Parameter known: the validity mask; nil: the label is known everywhere.
    /// - Precondition: equal shapes.
    public static func encode(values: Set<Int>, in labels: LabelVolume, known: BitVolume? = nil) -> EncodedMask {
        encode(labels.packed(values), known, labels.shape)
    }

    /// Decodes stored bytes from an untrusted source: allocates no more memory than `shape` requires.
    /// - Parameters:
    ///   - shape: the canonical shape that the mask must have.
    ///   - contentHash: checked if given.
    ///   - name: the mask's name in the error.
    /// - Throws: `invalidMask`.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer, shape: GridShape, contentHash: Digest? = nil, name: String = "mask"
    ) throws -> Mask {
        let canonical = try inflate(bytes, limit: MaskLayout.largestSize(shape), name)
        if let contentHash, SHA256.digest(of: canonical) != contentHash {
            throw ImagingError.invalidMask(file: name, reason: "its content hash differs")
        }
        return try MaskLayout.parse(canonical, shape, name)
    }

    /// Decodes stored bytes; see the other form.
    public static func decode(
        _ bytes: [UInt8], shape: GridShape, contentHash: Digest? = nil, name: String = "mask"
    ) throws -> Mask {
        try bytes.withUnsafeBytes { try decode($0, shape: shape, contentHash: contentHash, name: name) }
    }

    // MARK: -

    static let magic = Array("LMZ1".utf8)
    static let compressionLevel: Int32 = 1

    private static func encode(_ foreground: PackedBox, _ known: BitVolume?, _ shape: GridShape) -> EncodedMask {
        precondition(known == nil || known?.shape == shape, "two masks of equal shape")
        let partial = known.flatMap { $0.population == shape.count ? nil : PackedBox($0, box: $0.boundingBox) }
        let canonical = MaskLayout.bytes(foreground, partial, shape)
        return EncodedMask(
            bytes: deflate(canonical), contentHash: SHA256.digest(of: canonical), voxels: foreground.population,
            knownVoxels: partial?.population, box: foreground.box)
    }

    private static func deflate(_ canonical: [UInt8]) -> [UInt8] {
        guard let context = ZSTD_createCCtx() else { preconditionFailure("out of memory") }
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, compressionLevel)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        let bound = ZSTD_compressBound(canonical.count)
        return [UInt8](unsafeUninitializedCapacity: 12 + bound) { out, count in
            _ = out.update(fromContentsOf: magic)
            let length = withUnsafeBytes(of: UInt64(canonical.count).littleEndian, Array.init)
            for i in 0..<8 { out[4 + i] = length[i] }
            let made = ZSTD_compress2(context, out.baseAddress! + 12, bound, canonical, canonical.count)
            precondition(ZSTD_isError(made) == 0, "the bound suffices")
            count = 12 + made
        }
    }

    private static func inflate(_ bytes: UnsafeRawBufferPointer, limit: Int, _ name: String) throws -> [UInt8] {
        guard bytes.count > 12, bytes.starts(with: magic) else {
            throw ImagingError.invalidMask(file: name, reason: "it does not begin with the magic number of a mask")
        }
        let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
        guard length >= MaskLayout.headerSize, length <= limit else {
            throw ImagingError.invalidMask(
                file: name, reason: "its header gives \(length) bytes, but at most \(limit) are possible")
        }
        let canonical = [UInt8](unsafeUninitializedCapacity: Int(length)) { out, count in
            let made = ZSTD_decompress(out.baseAddress, Int(length), bytes.baseAddress! + 12, bytes.count - 12)
            count = ZSTD_isError(made) == 0 ? made : 0
        }
        guard canonical.count == Int(length) else {
            throw ImagingError.invalidMask(file: name, reason: "its bytes do not decompress")
        }
        return canonical
    }
}
