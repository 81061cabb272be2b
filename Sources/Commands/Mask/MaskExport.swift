internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import System
internal import Workflows

struct MaskExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write an organ's current mask as NIfTI on the grid of its image.",
        discussion: """
            The file has the shape, axis order and transform of the volume's first source, or of the one named, so that \
            any viewer lays it over that image exactly. Voxels are uint8: 1 in the organ, 0 elsewhere. Of a partial mask \
            the voxels of which nothing is known are 0 too, or what --unknown says; mask import reads that back with \
            --ignore.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the volume by its id, by DATASET/CASE or by its file.")
    var volume: String

    @Argument(help: "Name the organ by its key or another spelling.")
    var organ: String

    @Option(help: "Write this file, .nii or .nii.gz.")
    var output: String

    @Option(help: "Write this value, 2 to 255, where nothing is known (default: 0, as if the organ were not there).")
    var unknown: UInt8?

    @Option(help: "Write on the grid of the volume's source in this dataset.")
    var source: String?

    @Flag(help: "Overwrite the file if it exists; never a file of a dataset.")
    var force = false

    func validate() throws {
        guard output.hasSuffix(".nii") || output.hasSuffix(".nii.gz") else {
            throw ValidationError("--output ends in .nii or .nii.gz.")
        }
        if let unknown, unknown < 2 { throw ValidationError("--unknown is 2 to 255; 1 is the organ.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let roots = try await session.catalog.datasets().map(\.root)
            try ExportTarget(path: output, mayOverwrite: force).check(outside: roots)
            let volume = try await session.volume(named: volume)
            let source = try MaskExportSource.choose(volume, dataset: source)
            let organ = try await session.catalog.organ(named: organ)
            let location = try await session.catalog.maskLocation(volume: volume.id, organ: organ)
            let reader = BlockingMaskReader(store: try await session.objectStore(create: false))
            let limits = try await session.catalog.limits(of: location.mask)
            let mask = try await reader.read(location, limits, shape: volume.shape)
            let (path, unknown, converted) = (output, unknown, session.converted)
            try await BlockingWork().run {
                let grid = try MaskExportSource.grid(of: source, converted)
                try NIfTIWriter.write(mask.foreground, on: grid, to: path, besides: mask.region, as: unknown ?? 0)
            }
            session.output.report([
                Cell.Field("file", path), Cell.Field("mask", location.mask.rawValue),
                Cell.Field("volume", volume.id.rawValue), Cell.Field("organ", organ.rawValue),
                Cell.Field("voxels", mask.foreground.population),
                Cell.Field("partial", !mask.region.isEverywhere), Cell.Field("knownVoxels", mask.region.count),
                Cell.Field("unknown", unknown.map(Int.init)),
                Cell.Field("grid", "\(source.dataset)/\(source.caseName)"),
            ])
            if !mask.region.isEverywhere { session.output.note(note(mask.region)) }
        }
    }

    private func note(_ region: KnownRegion) -> String {
        let told = "Nothing is known of \(region.shape.count - region.count) of \(region.shape.count) voxels; they are "
        guard let unknown else { return told + "0 in the file. With --unknown 255 they are 255." }
        return told + "\(unknown) in the file. lacuna mask import --ignore \(unknown) reads that back."
    }
}

extension NIfTIWriter {
    /// Writes a mask as uint8: 1 in the organ, `unknown` where the region knows nothing, 0 elsewhere.
    fileprivate static func write(
        _ mask: BitVolume, on grid: ImageGrid, to path: String, besides region: KnownRegion, as unknown: UInt8
    ) throws {
        guard let known = region.voxels, unknown > 0 else { return try write(mask: mask, on: grid, to: path) }
        let values = VoxelBuffer<UInt8>(count: mask.shape.count) { out in
            for voxel in out.indices { out[voxel] = known[voxel] ? mask[voxel] ? 1 : 0 : unknown }
        }
        try write(.uint8(values), on: grid, to: path)
    }
}
