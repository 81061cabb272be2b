public import Domain
internal import Glibc
internal import System

/// A cached volume, mapped read-only, whose bytes matched their checksum when it was mapped.
///
/// While it lives, a shared lock on the file keeps `VolumeCache.remove` away: the lock belongs to the open file, which lives as long
/// as its mapping, also after its descriptor is closed (mmap(2), flock(2)). On file systems without such locks the file may be removed,
/// and the mapping stays valid.
///
/// `@unchecked Sendable`: the mapping is private, read-only and immutable from `init` to `deinit`, and so are all
/// stored properties; files are replaced by renaming, never written in place, so the pages do not change.
public final class MappedVolume: @unchecked Sendable {
    public let shape: GridShape
    /// Millimetres per step along x, y, z.
    public let spacing: Vector3<Double>
    /// How its voxels become values, and the distribution of these.
    public let intensities: ImageIntensities
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

    /// - Parameters:
    ///   - access: who may have written the file.
    ///   - isUsed: whether the modification time becomes the present.
    ///   - isChecked: whether the bytes are compared with their checksum.
    init(_ path: String, _ access: FolderAccess, isUsed: Bool = true, isChecked: Bool = true) throws {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw ImagingError.unreadable(file: path, code: errno) }
        defer { close(file) }
        guard access.accepts(fileDescriptor: file) else {
            throw ImagingError.damagedCache(file: path, reason: "another user owns it or may write to it")
        }
        flock(file, LOCK_SH | LOCK_NB)
        let mapped = try Self.map(file, path)
        do {
            let header = try CachedVolumeHeader(UnsafeRawBufferPointer(mapped), file: path)
            if isChecked, !header.matches(UnsafeRawBufferPointer(mapped)) {
                throw ImagingError.damagedCache(file: path, reason: "the bytes do not match their checksum")
            }
            (shape, spacing, type, intensities) = (
                header.shape, header.spacing, header.type, header.intensities
            )
        } catch {
            munmap(mapped.baseAddress!, mapped.count)
            throw error
        }
        if isUsed { futimens(file, nil) }
        (base, length) = (mapped.baseAddress!, mapped.count)
    }

    deinit { munmap(base, length) }

    private static func map(_ file: Int32, _ path: String) throws -> UnsafeMutableRawBufferPointer {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw ImagingError.unreadable(file: path, code: errno) }
        let size = Int(status.st_size)
        guard size >= CachedVolumeHeader.size else {
            throw ImagingError.truncated(file: path, neededBytes: CachedVolumeHeader.size, foundBytes: size)
        }
        guard let mapped = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), mapped != MAP_FAILED else {
            throw ImagingError.unreadable(file: path, code: errno)
        }
        return UnsafeMutableRawBufferPointer(start: mapped, count: size)
    }
}
