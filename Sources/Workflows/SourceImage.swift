internal import Catalog
internal import DICOM
internal import Domain
internal import Imaging
internal import System

/// A source image of a volume, on whose grid masks are read, written and drawn.
enum SourceImage {
    /// The volume's first source, or its source in a dataset.
    ///
    /// - Parameter dataset: nil: the first source.
    /// - Throws: `WorkflowError` of kind `badInput` where the volume has no such source.
    static func choose(_ volume: VolumeRow, dataset: String?) throws -> SourceRow {
        let found = volume.sources.first { dataset == nil || $0.dataset == dataset }
        guard let found else {
            let names = volume.sources.map(\.dataset).joined(separator: ", ")
            throw WorkflowError(
                .badInput, "volume \(volume.id) has no source in \(dataset ?? "any dataset")",
                remedy: "its datasets are: \(names)")
        }
        return found
    }

    /// The grid of the source as stored, after its file was compared with the imported one. Blocks.
    ///
    /// - Throws: as `path(of:_:)`, `ImagingError`.
    static func grid(of source: SourceRow, _ converted: SeriesCache) throws -> ImageGrid {
        try header(of: source, converted).grid
    }

    /// The grid as stored, and the number of dimensions in the file's header, after its file was compared with the imported one.
    /// Blocks.
    ///
    /// - Throws: as `path(of:_:)`, `ImagingError`.
    static func header(of source: SourceRow, _ converted: SeriesCache) throws -> (grid: ImageGrid, dimensions: Int) {
        let found = try NIfTIReader().readHeader(try path(of: source, converted))
        return (found.grid, found.header.dimensions.count)
    }

    /// The image in canonical orientation, after its file was compared with the imported one. Blocks.
    ///
    /// - Throws: as `path(of:_:)`, `ImagingError`.
    static func image(of source: SourceRow, _ converted: SeriesCache) throws -> ImageVolume {
        try NIfTIReader().readImage(try path(of: source, converted))
    }

    /// The NIfTI file of the source; for a DICOM series the volume converted from it. Blocks.
    ///
    /// - Throws: `WorkflowError` of kind `badInput` where the file is missing or its checksum is another one, `DICOMError`.
    static func path(of source: SourceRow, _ converted: SeriesCache) throws -> String {
        let path = "\(source.root)/\(source.file)"
        let file = try converted.volumeFile(at: path, digest: source.sha256)
        guard file == path else { return file }
        let digest: Digest
        do {
            digest = try ImagePair.checksum(of: path).sha256
        } catch {
            throw unreadable(path)
        }
        guard digest == source.sha256 else {
            throw WorkflowError(
                .badInput, "the source image is not the one that was imported", file: path,
                remedy: "restore the imported file, or name another source with --source; an export of several volumes "
                    + "skips volumes excluded with lacuna volume exclude")
        }
        return path
    }

    private static func unreadable(_ path: String) -> WorkflowError {
        guard let obstacle = FilePath.obstacle(path) else {
            return WorkflowError(
                .badInput, "the source image is missing", file: path,
                remedy: "restore the file, or name another source with --source")
        }
        return WorkflowError(
            .badInput, "the source image cannot be read: \(obstacle.reason)", file: path,
            remedy: "correct the permissions of the file and the folders above it, or name another source with --source"
        )
    }
}
