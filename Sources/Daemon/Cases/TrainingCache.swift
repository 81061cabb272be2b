internal import Batches
internal import Catalog
internal import DICOM
internal import Domain
internal import Glibc
internal import Imaging
internal import Learning
internal import System

/// Images of a run as codes of 16 bits on its grid, and its labels as coded states, in files that training maps into memory
/// (`docs/cache-format.md`).
///
/// A cached image is named by the checksum of its source file, its shape, the spacing of the run's grid and the form of resampling,
/// labels also by what they were made of, so that neither is ever stale. Their bytes are compared with their checksum when they are mapped, unless they were just written.
struct TrainingCache: Sendable {
    private let cache: VolumeCache
    private let converted: SeriesCache
    private let spacing: Vector3<Double>?
    private let limitInBytes: Int
    private let report: @Sendable (RunNotice) -> Void
    /// Held from the moment when room is made until a file that was written is mapped: what is written here is not removed here.
    private let writing = SharedState(())

    /// - Parameters:
    ///   - cache: its contents can be rebuilt.
    ///   - converted: the volumes converted from DICOM series.
    ///   - spacing: millimetres of the run's grid; nil: each volume's own.
    ///   - limitInBytes: the size of all files; only volumes that are mapped may exceed it.
    ///   - report: called with a cached file that is removed and made again, and with an image whose outliers are clipped when it is cached.
    init(
        _ cache: VolumeCache, converted: SeriesCache, spacing: [Double]?, limitInBytes: Int = .max,
        report: @escaping @Sendable (RunNotice) -> Void = { _ in }
    ) {
        (self.cache, self.converted, self.limitInBytes, self.report) = (cache, converted, limitInBytes, report)
        self.spacing = spacing.map { Vector3($0[0], $0[1], $0[2]) }
    }

    func grid(of volume: RunVolume) -> TrainingGrid {
        TrainingGrid(native: volume.shape, nativeSpacing: volume.affine.spacing, wanted: spacing)
    }

    /// The image on the run's grid with the distribution of its values; read, checked and cached at the first call, and again where the
    /// cached file is damaged. Blocks.
    ///
    /// - Throws: `DaemonError.imageMissing`, `.imageChanged`, `.cacheUnwritable`, `ImagingError`, `DICOMError`.
    func image(of volume: RunVolume) throws -> CachedImage {
        let name = name(of: volume)
        for _ in 0..<Self.attempts {
            do {
                if let image = try open(name) { return image }
            } catch let error as ImagingError {
                report(.cachedFileDamaged(error))
                cache.remove(name)
            }
            if let image = try fill(name, volume) { return image }
        }
        throw DaemonError.cacheUnwritable(
            file: cache.folder, problem: "files that were written are removed before they can be used")
    }

    private func open(_ name: String, isChecked: Bool = true) throws -> CachedImage? {
        try cache.open(name, isChecked: isChecked).flatMap(CachedImage.init)
    }

    /// Another process may remove a file before it is mapped.
    private static let attempts = 4

    /// The file of a volume's image.
    func imageFile(of volume: RunVolume) -> String { cache.volumePath(name(of: volume)) }

    /// The file of a volume's labels.
    func labelFile(_ content: LabelContent, of volume: RunVolume) -> String {
        cache.labelPath(labelName(content, volume))
    }

    /// Of its image and, with more, of its labels.
    private func name(of volume: RunVolume) -> String {
        let shape = grid(of: volume).shape
        let name = "\(volume.sha256)-" + [shape.x, shape.y, shape.z].map(String.init).joined(separator: "x")
        guard let spacing else { return name }
        return name + "-" + [spacing.x, spacing.y, spacing.z].map { "\($0)" }.joined(separator: "x") + Self.resampling
    }

    /// The form of resampling, to be changed with `Resampling.linear`.
    private static let resampling = "-antialiased"

    // MARK: - Labels

    /// The cached labels of a volume; nil where there are none, or only damaged ones, which are removed. Blocks.
    func labels(_ content: LabelContent, of volume: RunVolume) throws -> TrainingLabels? {
        try labels(content, of: volume, isChecked: true)
    }

    /// - Parameter isChecked: whether the bytes are compared with their checksum.
    private func labels(
        _ content: LabelContent, of volume: RunVolume, isChecked: Bool
    ) throws -> TrainingLabels? {
        let name = labelName(content, volume)
        do {
            guard let mapped = try cache.openLabels(name, isChecked: isChecked) else { return nil }
            return try TrainingLabels(
                mapped.payload, shape: grid(of: volume).shape, organs: content.plan.organs.count,
                channels: content.plan.channels, owner: mapped)
        } catch let error as ImagingError {
            report(.cachedFileDamaged(error))
        } catch let error as InvalidLabelBytes {
            report(.cachedFileDamaged(.damagedCache(file: cache.labelPath(name), reason: error.description)))
        }
        cache.removeLabels(name)
        return nil
    }

    /// Stores labels and maps them; where another process removes the file at once, they stay in memory. Blocks.
    ///
    /// - Throws: `DaemonError.cacheUnwritable`.
    func store(_ labels: TrainingLabels, _ content: LabelContent, of volume: RunVolume) throws -> TrainingLabels {
        try labels.withBytes { pieces in
            try write(pieces.reduce(0) { $0 + $1.count }) {
                try cache.storeLabels(pieces, as: labelName(content, volume))
                return try self.labels(content, of: volume, isChecked: false) ?? labels
            }
        }
    }

    /// Removes the cached labels of volumes that were made for the same organs of other labels, unless a process has them mapped. What
    /// cannot be removed stays until the limit of the cache is reached. Blocks.
    ///
    /// - Parameter contents: of each volume those that are kept.
    func removeLabels(except contents: [(volume: RunVolume, kept: Set<LabelContent>)]) {
        var kept: [String: Set<String>] = [:]
        for (volume, own) in contents {
            for content in own { kept["\(name(of: volume))-\(content.plan.key)", default: []].insert(content.key) }
        }
        for entry in (try? cache.entries()) ?? [] where entry.kind == .labels {
            let name = FilePath.name(of: entry.path).prefix { $0 != "." }
            guard let dash = name.lastIndex(of: "-"), let own = kept[String(name[..<dash])] else { continue }
            if !own.contains(String(name[name.index(after: dash)...])) { _ = cache.remove(entry) }
        }
    }

    private func labelName(_ content: LabelContent, _ volume: RunVolume) -> String {
        "\(name(of: volume))-\(content.plan.key)-\(content.key)"
    }

    // MARK: - Images

    /// Nil where another process removed the file.
    private func fill(_ name: String, _ volume: RunVolume) throws -> CachedImage? {
        let image: ImageVolume
        let file: String
        do {
            file = try converted.volumeFile(at: volume.path, digest: volume.sha256)
            image = try NIfTIReader().readImage(file)
        } catch ImagingError.unreadable(_, let code) where code == ENOENT || code == ENOTDIR {
            throw DaemonError.imageMissing(file: volume.path)
        }
        // A converted volume is named by the digest of its series.
        guard file != volume.path || image.file.digest == volume.sha256, image.shape == volume.shape else {
            throw DaemonError.imageChanged(file: volume.path)
        }
        let grid = grid(of: volume)
        let statistics = IntensityStatistics(image)
        if statistics.outliers > 0 {
            report(.outliersClipped(file: volume.path, modality: volume.modality, statistics))
        }
        let coded = grid.coded(image, statistics)
        let intensities = ImageIntensities(codes: coded.codes, statistics: statistics)
        return try write(VolumeCache.bytes(of: grid.shape, bytesPerVoxel: 2)) {
            try cache.store(
                .int16(coded.voxels), shape: grid.shape, spacing: grid.spacing, intensities: intensities, as: name)
            return try open(name, isChecked: false)
        }
    }

    /// Makes room for a file of so many bytes, and writes and maps it.
    private func write<R>(_ bytes: Int, _ body: () throws -> R) throws -> R {
        do {
            return try writing.change { _ in
                try cache.makeRoom(for: bytes, limit: limitInBytes)
                return try body()
            }
        } catch let ImagingError.unwritable(file, code) {
            throw DaemonError.cacheUnwritable(file: file, problem: String(cString: strerror(code)))
        } catch let error as SystemError {
            throw DaemonError.cacheUnwritable(file: error.path, problem: error.reason)
        }
    }
}

extension RunVolume {
    var path: String { "\(root)/\(file)" }

    /// Millilitres of one voxel of its own grid.
    var voxelMillilitres: Double {
        let spacing = affine.spacing
        return spacing.x * spacing.y * spacing.z / 1000
    }
}

/// An image on the run's grid, and the distribution of its values on its own.
struct CachedImage: Sendable {
    let voxels: IntensityVoxels
    let statistics: IntensityStatistics

    /// Nil for voxels of another type than int16, which this cache does not write.
    fileprivate init?(_ mapped: MappedVolume) {
        guard case .int16(let voxels) = mapped.voxels else { return nil }
        self.voxels = IntensityVoxels(voxels, codes: mapped.intensities.codes, owner: mapped)
        statistics = mapped.intensities.statistics
    }
}
