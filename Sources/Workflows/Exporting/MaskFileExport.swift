internal import Catalog
package import Domain
internal import Exporters
internal import Imaging
internal import System

/// Writes one mask as NIfTI on the grid of a source image.
package struct MaskFileExport {
    /// The mask that is written.
    package enum Choice: Sendable {
        /// The current mask of an organ, by key or another spelling, in a volume that a person names by id, `DATASET/CASE` or file.
        case current(organ: String, volume: String)
        /// Any mask, also a superseded one.
        case version(MaskID)
    }

    package struct Request: Sendable {
        package var choice: Choice
        /// `.nii` or `.nii.gz`.
        package var file: String
        /// Dataset of the source whose grid is used; nil: the first source.
        package var source: String?
        /// Value of voxels in which the organ is unknown, 2 to 255; nil: 0, like background.
        package var unknown: UInt8?
        package var mayOverwrite: Bool

        package init(
            _ choice: Choice, file: String, source: String? = nil, unknown: UInt8? = nil, mayOverwrite: Bool = false
        ) {
            (self.choice, self.file) = (choice, file)
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
        /// Whether tools of ITK refuse files on this grid, because its axes are not at right angles.
        package let isSheared: Bool
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// Voxels are uint8: 1 in the organ, 0 or `unknown` where it is unknown, else 0.
    ///
    /// - Throws: as `OutputTarget.check`, `SourceImage` and `MaskReader.read`; `CatalogError.noMask`, `.unknownMask`,
    ///   `.withheldVolume`; `WorkflowError` of kind `conflict` for a mask of a removed dataset; `ImagingError.unwritable`.
    package func write(_ request: Request) async throws -> Result {
        try await OutputTarget(path: request.file, mayOverwrite: request.mayOverwrite).check(in: workspace.catalog)
        let (volume, organ, location) = try await chosen(request.choice)
        let source = try SourceImage.choose(volume, dataset: request.source)
        let limits = try await workspace.catalog.limits(of: location.mask)
        let mask = try await workspace.masks().read(location, limits, shape: volume.shape)
        let grid = try await BlockingWork().run { [converted = workspace.converted] in
            let grid = try SourceImage.grid(of: source, converted)
            try NIfTIWriter.write(mask, on: grid, to: request.file, unknown: request.unknown ?? 0)
            return grid
        }
        return Result(
            mask: location.mask, volume: volume.id, organ: organ, voxels: mask.foreground.population,
            region: mask.region, grid: "\(source.dataset)/\(source.caseName)",
            isSheared: NNUNetReader.isSheared(grid))
    }

    private func chosen(_ choice: Choice) async throws -> (VolumeRow, OrganKey, MaskLocation) {
        let catalog = workspace.catalog
        switch choice {
        case .current(let name, let volume):
            let volume = try await workspace.volume(named: volume)
            let organ = try await catalog.organ(named: name)
            return (volume, organ, try await catalog.maskLocation(volume: volume.id, organ: organ))
        case .version(let id):
            let facts = try await catalog.storedMask(id)
            let volume = try await workspace.volume(named: String(facts.volume.rawValue))
            if let reason = volume.withheld { throw CatalogError.withheldVolume(volume.id, reason: reason) }
            try await requireInUse(id)
            return (volume, facts.organ, facts.location)
        }
    }

    /// The labels of a removed dataset are not exported, also where its volumes stay.
    private func requireInUse(_ mask: MaskID) async throws {
        let source = try await workspace.catalog.nameOfSource(of: mask)
        let owner = try await workspace.catalog.datasets().first { source == "\($0.name) \($0.release)" }
        guard let owner, owner.removed != nil else { return }
        throw WorkflowError(
            .conflict, "mask \(mask) is of the dataset \(owner.name), which is removed",
            remedy: "restore it with lacuna dataset restore \(owner.name)")
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
