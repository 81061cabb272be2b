internal import CDeflate
internal import CNIfTI
public import Domain

/// Writes volumes as NIfTI-1, on any grid and in any axis order.
public enum NIfTIWriter {
    /// Voxels in canonical RAS+ order, x fastest.
    public enum Voxels: Sendable {
        case uint8(VoxelBuffer<UInt8>)
        case int16(VoxelBuffer<Int16>)
        case int32(VoxelBuffer<Int32>)
        case float32(VoxelBuffer<Float>)

        var count: Int {
            switch self {
            case .uint8(let buffer): buffer.count
            case .int16(let buffer): buffer.count
            case .int32(let buffer): buffer.count
            case .float32(let buffer): buffer.count
            }
        }

        func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
            switch self {
            case .uint8(let buffer): try buffer.withBytes(body)
            case .int16(let buffer): try buffer.withBytes(body)
            case .int32(let buffer): try buffer.withBytes(body)
            case .float32(let buffer): try buffer.withBytes(body)
            }
        }

        var type: VoxelType {
            switch self {
            case .uint8: .uint8
            case .int16: .int16
            case .int32: .int32
            case .float32: .float32
            }
        }
    }

    /// Writes canonical voxels onto `grid`, in the grid's axis order and with its codes, atomically.
    ///
    /// With a source image's grid, viewers show the file exactly over that image. A path that ends in `.gz` is
    /// compressed. Equal arguments give equal bytes.
    /// - Parameters:
    ///   - labelTable: written as a header extension, in TotalSegmentator's form.
    ///   - compressionLevel: libdeflate's level, 1 to 12.
    ///   - exactMode: permissions of the file; nil for the usual ones, less the umask.
    /// - Throws: `unwritable`, `invalidHeader` for an axis above 32767 voxels.
    /// - Precondition: one voxel per point of the grid.
    public static func write(
        _ voxels: Voxels, on grid: ImageGrid, to path: String, labelTable: [LabelTableEntry]? = nil,
        compressionLevel: Int = 6, exactMode: UInt32? = nil
    ) throws {
        precondition(voxels.count == grid.shape.count, "one voxel per point of the grid")
        guard [grid.shape.x, grid.shape.y, grid.shape.z].allSatisfy({ $0 <= Int(Int16.max) }) else {
            throw ImagingError.invalidHeader(file: path, field: "dim: NIfTI-1 allows at most 32767 voxels per axis")
        }
        let head = head(grid, voxels.type, labelTable)
        let size = head.count + voxels.count * voxels.type.size
        let contents = ByteBuffer(capacity: size)
        contents.base.copyMemory(from: head, byteCount: head.count)
        scatter(voxels, grid, into: contents.base + head.count)
        let bytes = UnsafeRawBufferPointer(start: contents.base, count: size)
        try withExtendedLifetime(contents) {
            guard path.hasSuffix(".gz") else { return try ImageFile.write([bytes], to: path, exactMode: exactMode) }
            try compressed(bytes, level: compressionLevel) {
                try ImageFile.write([$0], to: path, exactMode: exactMode)
            }
        }
    }

    /// Writes a mask as uint8 0 and 1; see `write(_:on:to:)`.
    /// - Precondition: the mask has the grid's canonical shape.
    public static func write(
        mask: BitVolume, on grid: ImageGrid, to path: String, labelTable: [LabelTableEntry]? = nil
    ) throws {
        precondition(mask.shape == grid.canonicalShape, "a mask of the grid's shape")
        let bytes = VoxelBuffer<UInt8>(count: mask.shape.count) { out in
            mask.words.withUnsafeBufferPointer { words in
                for i in out.indices { out[i] = UInt8(truncatingIfNeeded: words[i >> 6] >> UInt64(i & 63) & 1) }
            }
        }
        try write(.uint8(bytes), on: grid, to: path, labelTable: labelTable)
    }

    // MARK: -

    private static func scatter(_ voxels: Voxels, _ grid: ImageGrid, into target: UnsafeMutableRawPointer) {
        let walk = grid.orientation.inverseWalk(grid.shape)
        voxels.withBytes { walk.permute($0.baseAddress!, into: target, elementSize: voxels.type.size) }
    }

    private static func compressed(
        _ bytes: UnsafeRawBufferPointer, level: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard let compressor = libdeflate_alloc_compressor(Int32(level)) else {
            preconditionFailure("a level of 1 to 12")
        }
        defer { libdeflate_free_compressor(compressor) }
        let bound = libdeflate_gzip_compress_bound(compressor, bytes.count)
        let out = ByteBuffer(capacity: bound)
        let made = libdeflate_gzip_compress(compressor, bytes.baseAddress, bytes.count, out.base, bound)
        precondition(made > 0, "the bound suffices")
        try withExtendedLifetime(out) { try body(UnsafeRawBufferPointer(start: out.base, count: made)) }
    }
}
