internal import CacheFiles
public import Domain
internal import System

/// A cached volume, mapped read-only, whose bytes matched their checksum when it was mapped, or were just written.
public final class MappedVolume: Sendable {
    public let shape: GridShape
    /// Millimetres per step along x, y, z.
    public let spacing: Vector3<Double>
    /// How its voxels become values, and the distribution of these.
    public let intensities: ImageIntensities
    private let file: CachedFile
    private let type: Int

    /// Voxels in canonical order, x fastest; valid while this object lives.
    public enum Voxels {
        case int16(UnsafeBufferPointer<Int16>)
        case float32(UnsafeBufferPointer<Float>)
    }

    /// The voxels; keep this object alive (`withExtendedLifetime`) while the pointer is in use.
    public var voxels: Voxels {
        let start = file.bytes.baseAddress! + CachedVolumeHeader.size
        return type == CachedVolumeHeader.int16
            ? .int16(UnsafeBufferPointer(start: start.assumingMemoryBound(to: Int16.self), count: shape.count))
            : .float32(UnsafeBufferPointer(start: start.assumingMemoryBound(to: Float.self), count: shape.count))
    }

    /// - Parameters:
    ///   - access: who may have written the file.
    ///   - isUsed: whether the modification time becomes the present.
    ///   - isChecked: whether the bytes are compared with their checksum.
    init(_ path: String, _ access: FolderAccess, isUsed: Bool = true, isChecked: Bool = true) throws(ImagingError) {
        let header: CachedVolumeHeader
        do throws(CacheFileError) {
            file = try CachedFile(path, access, minimum: CachedVolumeHeader.size, isUsed: isUsed)
            header = try CachedVolumeHeader(file.bytes, file: path)
        } catch {
            throw ImagingError(error)
        }
        if isChecked, !header.matches(file.bytes, name: FilePath.name(of: path)) {
            throw .damagedCache(file: path, reason: "the bytes do not match their checksum")
        }
        (shape, spacing, type, intensities) = (header.shape, header.spacing, header.type, header.intensities)
    }
}
