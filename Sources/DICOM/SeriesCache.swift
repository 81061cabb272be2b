public import Domain
internal import Glibc
internal import Imaging
public import System

/// A cache of volumes converted from DICOM series, as NIfTI files named by the series' digests. Every file can be
/// created again.
///
/// The files contain voxels and geometry, and no other data of the DICOM headers.
public struct SeriesCache: Sendable {
    /// Created when the first series is converted, with the home that contains it.
    public let folder: String
    private let converter: SeriesConverter
    private let access: FolderAccess

    /// - Parameter access: the rights of the folder and of new files.
    public init(folder: String, converter: SeriesConverter = SeriesConverter(), access: FolderAccess = .owner) {
        (self.folder, self.converter, self.access) = (folder, converter, access)
    }

    /// The path of a series' volume, whether or not it is converted yet.
    public func path(of digest: Digest) -> String { "\(folder)/\(digest).nii.gz" }

    /// Whether the series is converted.
    public func holds(_ digest: Digest) -> Bool { Glibc.access(path(of: digest), R_OK) == 0 }

    /// The path of a series' volume, which is converted first if necessary. Blocks.
    ///
    /// Two processes may convert one series at the same time; the files are equal.
    /// - Throws: the errors of `SeriesConverter`, `unwritable`.
    public func volume(of series: Series, digest: Digest) throws(DICOMError) -> String {
        let target = path(of: digest)
        if holds(digest) { return target }
        do {
            try Folder.create(FilePath.parent(of: folder), access)
            try Folder.create(folder, access)
        } catch { throw .unwritable(file: error.path, code: error.code) }
        try WorkFolder.with(in: folder) { workplace throws(DICOMError) in
            try converter.convert(series, in: workplace) { volume, grid throws(DICOMError) in
                try write(volume, on: grid, to: target)
            }
        }
        return target
    }

    /// The NIfTI file of an image recorded at `path`: the path itself, or the converted volume of the series with that
    /// digest in the folder. Blocks.
    /// - Throws: `seriesGone`, and the errors of a conversion.
    public func volumeFile(at path: String, digest: Digest) throws(DICOMError) -> String {
        guard Self.isFolder(path) else { return holds(digest) ? self.path(of: digest) : path }
        if holds(digest) { return self.path(of: digest) }
        return try volume(of: try SeriesFolder(path).series(digest: digest), digest: digest)
    }

    /// The digests of the converted series.
    public var contents: [Digest] {
        ((try? Folder.names(in: folder)) ?? []).compactMap { name in
            name.hasSuffix(".nii.gz") ? Digest(hex: name.dropLast(7)) : nil
        }
    }

    /// The files that hold voxels of a series: its volume, and what an interrupted writing left of it.
    public func files(of digest: Digest) -> [String] {
        ((try? Folder.names(in: folder)) ?? []).filter { $0.hasPrefix("\(digest).") || $0.hasPrefix(".\(digest).") }
            .map { "\(folder)/\($0)" }
    }

    /// Removes what interrupted conversions left, which may hold voxels of any series.
    ///
    /// - Parameter time: only older folders are removed; seconds since 1970.
    public func removeIdleConversions(writtenBefore time: Int = .max) -> IdleConversions {
        var result = IdleConversions()
        for name in (try? Folder.names(in: folder)) ?? [] where name.hasPrefix(".converting-") {
            let path = "\(folder)/\(name)"
            guard Self.isOld(path, time) else { continue }
            if let lock = FolderLock(path), (try? Folder.remove(path)) != nil {
                withExtendedLifetime(lock) { result.removed.append(path) }
            } else if Glibc.access(path, R_OK | W_OK | X_OK) != 0, errno == EACCES {
                result.foreign.append(path)
            } else {
                result.running.append(path)
            }
        }
        return result
    }

    /// What interrupted conversions left, as paths.
    public struct IdleConversions: Hashable, Sendable {
        public var removed: [String] = []
        /// Conversions that are running.
        public var running: [String] = []
        /// Folders of another user, which only that user may remove.
        public var foreign: [String] = []
    }

    private static func isOld(_ path: String, _ time: Int) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mtim.tv_sec < time
    }

    /// Removes volumes of series that are no longer used, and remains of interrupted conversions.
    /// - Parameters:
    ///   - named: the digests of the series in use.
    ///   - withdrawn: the digests of series of removed data, whose volumes are removed whatever their age.
    ///   - time: only older files are removed; seconds since 1970.
    /// - Returns: the paths of the removed volumes.
    public func sweep(keeping named: Set<Digest>, withdrawn: Set<Digest> = [], writtenBefore time: Int) -> [String] {
        _ = removeIdleConversions(writtenBefore: time)
        for name in (try? Folder.names(in: folder)) ?? [] where name.hasSuffix(".part") {
            if Self.isOld("\(folder)/\(name)", time) { try? Folder.remove("\(folder)/\(name)") }
        }
        let unnamed = contents.filter { !named.contains($0) }
            .filter { withdrawn.contains($0) || Self.isOld(path(of: $0), time) }.map(path)
        for path in unnamed { unlink(path) }
        return unnamed
    }

    /// Whether an image at this path is a folder of slices.
    public static func isFolder(_ path: String) -> Bool { Folder.exists(path) }

    private func write(_ volume: ImageVolume, on grid: ImageGrid, to path: String) throws(DICOMError) {
        let voxels: NIfTIWriter.Voxels =
            switch volume.voxels {
            case .int16(let buffer): .int16(buffer)
            case .int32(let buffer): .int32(buffer)
            case .float32(let buffer): .float32(buffer)
            }
        do {
            try NIfTIWriter.write(voxels, on: grid, to: path, compressionLevel: 3, exactMode: access.fileMode)
        } catch ImagingError.unwritable(_, let code) {
            throw .unwritable(file: path, code: code)
        } catch {
            throw .unwritable(file: path, code: EIO)
        }
    }
}
