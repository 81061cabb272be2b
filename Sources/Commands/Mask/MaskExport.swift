internal import ArgumentParser
internal import Catalog
internal import Console
internal import DICOM
internal import Domain
internal import Hashing
internal import Imaging

struct MaskExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write an organ's current mask as NIfTI on the grid of its image.",
        discussion: """
            The file has the shape, axis order and transform of the volume's first source, or of the one named, so that \
            any viewer lays it over that image exactly. Voxels are uint8: 1 in the organ, 0 elsewhere.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the volume by its id, by DATASET/CASE or by its file.")
    var volume: String

    @Argument(help: "Name the organ by its key or another spelling.")
    var organ: String

    @Option(help: "Write this file, .nii or .nii.gz.")
    var output: String

    @Option(help: "Write on the grid of the volume's source in this dataset.")
    var source: String?

    @Flag(help: "Overwrite the file if it exists; never a file of a dataset.")
    var force = false

    func validate() throws {
        guard output.hasSuffix(".nii") || output.hasSuffix(".nii.gz") else {
            throw ValidationError("--output ends in .nii or .nii.gz.")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let roots = try await session.catalog.datasets().map(\.root)
            try ExportTarget(path: output, mayOverwrite: force).check(outside: roots)
            let volume = try await session.volume(named: volume)
            let source = try MaskExportSource.choose(volume, dataset: source)
            let organ = try await session.catalog.organ(named: organ)
            let location = try await session.catalog.maskLocation(volume: volume.id, organ: organ)
            let reader = MaskReader(store: try await session.objectStore(create: false))
            let mask = try await reader.read(location, shape: volume.shape)
            let (path, converted) = (output, session.converted)
            try await BlockingWork().run {
                let grid = try MaskExportSource.grid(of: source, converted)
                try NIfTIWriter.write(mask: mask.foreground, on: grid, to: path)
            }
            session.output.report([
                Cell.Field("file", path), Cell.Field("mask", location.mask.rawValue),
                Cell.Field("volume", volume.id.rawValue), Cell.Field("organ", organ.rawValue),
                Cell.Field("voxels", mask.foreground.population),
                Cell.Field("grid", "\(source.dataset)/\(source.caseName)"),
            ])
        }
    }
}

/// The image whose grid an export takes.
enum MaskExportSource {
    static func choose(_ volume: VolumeRow, dataset: String?) throws -> SourceRow {
        let found = volume.sources.first { dataset == nil || $0.dataset == dataset }
        guard let found else {
            let names = volume.sources.map(\.dataset).joined(separator: ", ")
            throw CommandFailure(
                .badInput, "volume \(volume.id) has no source in \(dataset ?? "any dataset")",
                remedy: "its datasets are: \(names)")
        }
        return found
    }

    /// The file's grid, once the file is known to be the one that was imported. Blocks.
    static func grid(of source: SourceRow, _ converted: SeriesCache) throws -> ImageGrid {
        try NIfTIReader().readHeader(try path(of: source, converted)).grid
    }

    /// The image, once the file is known to be the one that was imported. Blocks.
    static func image(of source: SourceRow, _ converted: SeriesCache) throws -> ImageVolume {
        try NIfTIReader().readImage(try path(of: source, converted))
    }

    /// The NIfTI file of the image; of a folder of DICOM slices the volume made of it.
    static func path(of source: SourceRow, _ converted: SeriesCache) throws -> String {
        let path = "\(source.root)/\(source.file)"
        let file = try converted.volumeFile(at: path, digest: source.sha256)
        guard file == path else { return file }
        let digest: Digest
        do {
            digest = try SHA256.digest(ofFile: path)
        } catch {
            throw CommandFailure(
                .badInput, "the source image is missing", file: path,
                remedy: "put it back, or name another source with --source")
        }
        guard digest == source.sha256 else {
            throw CommandFailure(
                .badInput, "the source image is not the one that was imported", file: path,
                remedy: "put the imported file back, or import the dataset again")
        }
        return path
    }
}
