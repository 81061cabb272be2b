internal import CacheFiles
public import Domain
internal import Glibc
public import System

/// A cache of canonical volumes as raw voxels, and of their coded labels, in files that training maps into memory.
///
/// Format of a volume's file, little-endian: magic `LVC4`, voxel type (u32, NIfTI's code: 4 int16, 16 float32), shape (3 × i64),
/// spacing in millimetres (3 × f64), scale and offset of the voxels, then minimum and maximum of the image, mean, deviation, 0.5th and
/// 99.5th percentile of its foreground, and the number of its outliers (9 × f64), SHA-256 of these 128 bytes, of the voxels
/// and of the file's name, zeros up to byte 192, voxels x fastest. Every file may be deleted and created again.
public struct VolumeCache: Sendable {
    public let folder: String
    let access: FolderAccess

    /// - Parameters:
    ///   - folder: for the files of this cache only; created when the first is written.
    ///   - access: the rights of new files, and who may have written the present ones.
    public init(folder: String, access: FolderAccess = .owner) { (self.folder, self.access) = (folder, access) }

    /// Writes a volume under `name`, atomically; int32 volumes become float32 (exact up to 2^24).
    /// - Throws: `unwritable`.
    public func store(_ volume: ImageVolume, as name: String) throws {
        let intensities = ImageIntensities(codes: .exact, statistics: IntensityStatistics(volume))
        try store(
            volume.voxels, shape: volume.shape, spacing: volume.spacing, intensities: intensities, as: name)
    }

    /// Writes voxels in canonical order; spacing in millimetres per step along x, y, z. See the other form.
    public func store(
        _ voxels: ImageVoxels, shape: GridShape, spacing: Vector3<Double>, intensities: ImageIntensities,
        as name: String
    ) throws {
        if case .int32(let buffer) = voxels {
            let floats = buffer.withVoxels { VoxelBuffer($0.map { Float($0) }) }
            return try store(.float32(floats), shape: shape, spacing: spacing, intensities: intensities, as: name)
        }
        let header = CachedVolumeHeader(
            type: voxels.typeCode, shape: shape, spacing: spacing, intensities: intensities)
        try voxels.withBytes { bytes in
            precondition(bytes.count == shape.count * (voxels.typeCode == 4 ? 2 : 4), "one voxel per point")
            let head = header.bytes(with: bytes, name: name + Self.ending)
            try head.withUnsafeBytes { try write([$0, bytes], name, Self.ending) }
        }
    }

    /// Maps the volume stored under `name` into memory and compares it with its checksum; nil where there is none. The modification
    /// time of the file becomes the present: the files used least recently are the first to be removed.
    ///
    /// - Parameter isChecked: false: the file was just written, and its bytes are not read again.
    /// - Throws: `unreadable`, `truncated`, `invalidHeader`, `damagedCache`.
    public func open(_ name: String, isChecked: Bool = true) throws -> MappedVolume? {
        try Self.found { try MappedVolume(path(name, Self.ending), access, isChecked: isChecked) }
    }

    /// Deletes the volume stored under `name`, if there is one.
    public func remove(_ name: String) { unlink(path(name, Self.ending)) }

    /// Writes coded labels under `name`, atomically.
    ///
    /// - Parameter pieces: the bytes to store, one after another.
    /// - Throws: `unwritable`.
    public func storeLabels(_ pieces: [UnsafeRawBufferPointer], as name: String) throws {
        let head = CachedLabelsHeader.bytes(of: pieces, name: name + Self.labelEnding)
        try head.withUnsafeBytes { try write([$0] + pieces, name, Self.labelEnding) }
    }

    /// Maps the coded labels stored under `name`; otherwise as `open`.
    public func openLabels(_ name: String, isChecked: Bool = true) throws -> MappedLabels? {
        try Self.found { try MappedLabels(labelPath(name), access, isChecked: isChecked) }
    }

    /// Deletes the coded labels stored under `name`, if there are any.
    public func removeLabels(_ name: String) { unlink(labelPath(name)) }

    /// The file of the volume stored under `name`.
    public func volumePath(_ name: String) -> String { path(name, Self.ending) }

    /// The file of the coded labels stored under `name`.
    public func labelPath(_ name: String) -> String { path(name, Self.labelEnding) }

    static let ending = ".volume"
    static let labelEnding = ".labels"

    /// Nil where there is no such file, or no more.
    private static func found<T>(_ open: () throws -> T) throws -> T? {
        do {
            return try open()
        } catch ImagingError.unreadable(_, let code) where code == ENOENT {
            return nil
        }
    }

    /// An interrupted file has the name of the volume too, so that a purge finds it. Nobody waits until the disk has the bytes: a file that a
    /// power failure cut short does not match its checksum, and is made again.
    private func write(_ pieces: [UnsafeRawBufferPointer], _ name: String, _ ending: String) throws {
        do {
            try Folder.create(folder, access)
            let draft = try TemporaryFile(in: folder, prefix: "\(name).", mode: access.fileMode)
            for piece in pieces { try draft.write(piece) }
            try draft.place(at: path(name, ending), mode: access.fileMode, isDurable: false)
        } catch {
            throw ImagingError.unwritable(file: error.path, code: error.code)
        }
    }

    /// - Precondition: letters, digits, `-`, `_` and `.`, not beginning with a dot.
    private func path(_ name: String, _ ending: String) -> String {
        let valid = name.utf8.allSatisfy {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                || "-_.".utf8.contains($0)
        }
        precondition(!name.isEmpty && valid && !name.hasPrefix("."), "a plain name for a cached volume")
        return "\(folder)/\(name)\(ending)"
    }
}
