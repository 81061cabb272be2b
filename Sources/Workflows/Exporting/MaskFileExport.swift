internal import Catalog
package import Domain
internal import Imaging
internal import System

/// Writes an organ's current mask as NIfTI on the grid of a source image.
package struct MaskFileExport {
    package struct Request: Sendable {
        /// As a person names it: id, `DATASET/CASE` or file.
        package var volume: String
        /// Key or another spelling.
        package var organ: String
        /// `.nii` or `.nii.gz`.
        package var file: String
        /// Dataset of the source whose grid is used; nil: the first source.
        package var source: String?
        /// Value of voxels in which the organ is unknown, 2 to 255; nil: 0, like background.
        package var unknown: UInt8?
        package var mayOverwrite: Bool

        package init(
            volume: String, organ: String, file: String, source: String? = nil, unknown: UInt8? = nil,
            mayOverwrite: Bool = false
        ) {
            (self.volume, self.organ, self.file) = (volume, organ, file)
            (self.source, self.unknown, self.mayOverwrite) = (source, unknown, mayOverwrite)
        }
    }

    package struct Result: Sendable {
        package let mask: MaskID
        package let volume: VolumeID
        package let organ: OrganKey
        /// Foreground voxels.
        package let voxels: Int
        /// Where the organ is known.
        package let region: KnownRegion
        /// `DATASET/CASE` of the source whose grid was used.
        package let grid: String
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// Voxels are uint8: 1 in the organ, 0 or `unknown` where it is unknown, else 0.
    ///
    /// - Throws: as `OutputTarget.check`, `SourceImage` and `MaskReader.read`; `CatalogError.noMask`; `ImagingError.unwritable`.
    package func write(_ request: Request) async throws -> Result {
        let catalog = workspace.catalog
        try await OutputTarget(path: request.file, mayOverwrite: request.mayOverwrite).check(in: catalog)
        let volume = try await workspace.volume(named: request.volume)
        let source = try SourceImage.choose(volume, dataset: request.source)
        let organ = try await catalog.organ(named: request.organ)
        let location = try await catalog.maskLocation(volume: volume.id, organ: organ)
        let limits = try await catalog.limits(of: location.mask)
        let mask = try await workspace.masks().read(location, limits, shape: volume.shape)
        try await BlockingWork().run { [converted = workspace.converted] in
            let grid = try SourceImage.grid(of: source, converted)
            try NIfTIWriter.write(mask, on: grid, to: request.file, unknown: request.unknown ?? 0)
        }
        return Result(
            mask: location.mask, volume: volume.id, organ: organ, voxels: mask.foreground.population,
            region: mask.region, grid: "\(source.dataset)/\(source.caseName)")
    }
}

extension NIfTIWriter {
    /// Writes a mask as uint8: 1 in the organ, `unknown` where it is unknown, 0 elsewhere.
    fileprivate static func write(
        _ mask: KnownMask, on grid: ImageGrid, to path: String, unknown: UInt8
    ) throws {
        guard let known = mask.region.voxels, unknown > 0 else {
            return try write(mask: mask.foreground, on: grid, to: path)
        }
        let foreground = mask.foreground
        let values = VoxelBuffer<UInt8>(count: foreground.shape.count) { out in
            for voxel in out.indices { out[voxel] = known[voxel] ? foreground[voxel] ? 1 : 0 : unknown }
        }
        try write(.uint8(values), on: grid, to: path)
    }
}
