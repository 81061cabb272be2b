public import Domain
internal import Glibc

/// A cache of canonical volumes as raw voxels, in files that training maps into memory.
///
/// File format, little-endian: magic `LVC1`, voxel type (u32, NIfTI's code: 4 int16, 16 float32), shape (3 × i64),
/// spacing in millimetres (3 × f64), zeros up to byte 128, voxels x fastest. Every file may be deleted and created
/// again.
public struct VolumeCache: Sendable {
    public let folder: String

    /// - Parameter folder: an existing folder for the files of this cache only.
    public init(folder: String) { self.folder = folder }

    /// Writes a volume under `name`, atomically; int32 volumes become float32 (exact up to 2^24).
    /// - Throws: `unwritable`.
    public func store(_ volume: ImageVolume, as name: String) throws {
        try store(volume.voxels, shape: volume.shape, spacing: volume.spacing, as: name)
    }

    /// Writes voxels in canonical order; spacing in millimetres per step along x, y, z. See the other form.
    public func store(_ voxels: ImageVoxels, shape: GridShape, spacing: Vector3<Double>, as name: String) throws {
        if case .int32(let buffer) = voxels {
            let floats = buffer.withVoxels { VoxelBuffer($0.map { Float($0) }) }
            return try store(.float32(floats), shape: shape, spacing: spacing, as: name)
        }
        let header = CachedVolumeHeader(type: voxels.typeCode, shape: shape, spacing: spacing).bytes
        try header.withUnsafeBytes { head in
            try voxels.withBytes {
                precondition($0.count == shape.count * (voxels.typeCode == 4 ? 2 : 4), "one voxel per point")
                try ImageFile.write([head, $0], to: path(name))
            }
        }
    }

    /// Maps the volume stored under `name` into memory; nil where there is none.
    /// - Throws: `unreadable`, `truncated`, `invalidHeader`.
    public func open(_ name: String) throws -> MappedVolume? {
        let path = path(name)
        guard access(path, F_OK) == 0 else { return nil }
        return try MappedVolume(path)
    }

    /// Deletes the volume stored under `name`, if there is one.
    public func remove(_ name: String) { unlink(path(name)) }

    /// - Precondition: letters, digits, `-`, `_` and `.`, not beginning with a dot.
    private func path(_ name: String) -> String {
        let valid = name.utf8.allSatisfy {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                || "-_.".utf8.contains($0)
        }
        precondition(!name.isEmpty && valid && !name.hasPrefix("."), "a plain name for a cached volume")
        return "\(folder)/\(name).volume"
    }
}

/// A cached volume, mapped read-only.
///
/// `@unchecked Sendable`: the mapping is private, read-only and immutable from `init` to `deinit`, and so are all
/// stored properties; files are replaced by renaming, never written in place, so the pages do not change.
public final class MappedVolume: @unchecked Sendable {
    public let shape: GridShape
    /// Millimetres per step along x, y, z.
    public let spacing: Vector3<Double>
    private let base: UnsafeMutableRawPointer
    private let length: Int
    private let type: Int

    /// Voxels in canonical order, x fastest; valid while this object lives.
    public enum Voxels {
        case int16(UnsafeBufferPointer<Int16>)
        case float32(UnsafeBufferPointer<Float>)
    }

    /// The voxels; keep this object alive (`withExtendedLifetime`) while the pointer is in use.
    public var voxels: Voxels {
        let start = UnsafeRawPointer(base + CachedVolumeHeader.size)
        return type == VoxelType.int16.rawValue
            ? .int16(UnsafeBufferPointer(start: start.assumingMemoryBound(to: Int16.self), count: shape.count))
            : .float32(UnsafeBufferPointer(start: start.assumingMemoryBound(to: Float.self), count: shape.count))
    }

    init(_ path: String) throws {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw ImagingError.unreadable(file: path, code: errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw ImagingError.unreadable(file: path, code: errno) }
        let size = Int(status.st_size)
        guard size >= CachedVolumeHeader.size else {
            throw ImagingError.truncated(file: path, neededBytes: CachedVolumeHeader.size, foundBytes: size)
        }
        guard let mapped = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), mapped != MAP_FAILED else {
            throw ImagingError.unreadable(file: path, code: errno)
        }
        do {
            let header = try CachedVolumeHeader(UnsafeRawBufferPointer(start: mapped, count: size), file: path)
            (shape, spacing, type) = (header.shape, header.spacing, header.type)
        } catch {
            munmap(mapped, size)
            throw error
        }
        (base, length) = (mapped, size)
    }

    deinit { munmap(base, length) }
}

/// The first bytes of a cached volume.
private struct CachedVolumeHeader {
    static let size = 128
    private static let magic = Array("LVC1".utf8)

    let type: Int
    let shape: GridShape
    let spacing: Vector3<Double>

    init(type: Int, shape: GridShape, spacing: Vector3<Double>) {
        (self.type, self.shape, self.spacing) = (type, shape, spacing)
    }

    init(_ bytes: UnsafeRawBufferPointer, file: String) throws {
        guard bytes.starts(with: Self.magic) else { throw ImagingError.invalidHeader(file: file, field: "magic") }
        type = Int(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let sizes = (0..<3).map { bytes.loadUnaligned(fromByteOffset: 8 + 8 * $0, as: Int.self) }
        guard [VoxelType.int16.rawValue, VoxelType.float32.rawValue].contains(type),
            sizes.allSatisfy({ $0 > 0 && $0 < 1 << 20 })
        else { throw ImagingError.invalidHeader(file: file, field: "type or shape") }
        shape = GridShape(sizes[0], sizes[1], sizes[2])
        spacing = Vector3((0..<3).map { bytes.loadUnaligned(fromByteOffset: 32 + 8 * $0, as: Double.self) })
        let needed = Self.size + shape.count * (type == VoxelType.int16.rawValue ? 2 : 4)
        guard bytes.count == needed else {
            throw ImagingError.truncated(file: file, neededBytes: needed, foundBytes: bytes.count)
        }
    }

    var bytes: [UInt8] {
        var out = Self.magic + withUnsafeBytes(of: UInt32(type), Array.init)
        for size in [shape.x, shape.y, shape.z] { out += withUnsafeBytes(of: size, Array.init) }
        for step in [spacing.x, spacing.y, spacing.z] { out += withUnsafeBytes(of: step, Array.init) }
        return out + [UInt8](repeating: 0, count: Self.size - out.count)
    }
}
