internal import Catalog
package import Domain
internal import Exporters
internal import Imaging
internal import System

/// Writes the current masks of a volume as one label map for viewers, with its values, names and colours in tables beside it.
package struct LabelMapFileExport {
    package struct Request: Sendable {
        /// As a person names it: id, `DATASET/CASE` or file.
        package var volume: String
        /// `.nii` or `.nii.gz`.
        package var file: String
        /// Keys or other spellings; empty: all with a mask.
        package var organs: [String] = []
        /// Dataset of the source whose grid is used; nil: the first source.
        package var source: String?
        package var mayOverwrite = false

        package init(volume: String, file: String) { (self.volume, self.file) = (volume, file) }
    }

    package struct Written: Hashable, Sendable {
        package let organ: OrganKey
        package let mask: MaskID
        /// The value of the organ's voxels that belong to no part of it in the map.
        package let value: Int
        /// Foreground voxels of the mask.
        package let voxels: Int
        /// Whether a round made the mask.
        package let isModelMade: Bool
        /// Whether the organ is unknown in a part of the volume. Unknown voxels are 0.
        package let isPartial: Bool
    }

    package struct Result: Sendable {
        package let volume: VolumeID
        /// By value.
        package let organs: [Written]
        /// Label descriptions of ITK-SNAP, and colour table of 3D Slicer.
        package let tables: [String]
        /// `DATASET/CASE` of the source whose grid was used.
        package let grid: String
        /// Whether tools of ITK refuse files on this grid, because its axes are not at right angles.
        package let isSheared: Bool
    }

    private let workspace: Workspace
    private let files = BlockingWork()

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Throws: as `OutputTarget.check`, `SourceImage` and `MaskReader.read`; `CatalogError`; `WorkflowError` of kind `badInput` for a
    ///   volume without masks and for masks that overlap.
    package func write(_ request: Request) async throws -> Result {
        let tables = LabelTableFiles(labelMap: request.file)
        let roots = try await workspace.catalog.datasets().map(\.root)
        try await files.run {
            for path in [request.file, tables.descriptions, tables.colourTable] {
                try OutputTarget(path: path, mayOverwrite: request.mayOverwrite).check(outside: roots)
            }
        }
        let volume = try await workspace.volume(named: request.volume)
        let source = try SourceImage.choose(volume, dataset: request.source)
        let labels = try await labels(of: volume, request)
        let (map, written) = try await compose(labels, volume)
        let grid = try await files.run { [converted = workspace.converted] in
            let grid = try SourceImage.grid(of: source, converted)
            try NIfTIWriter.write(map.voxels, on: grid, to: request.file)
            return grid
        }
        try await write(tables, written)
        return Result(
            volume: volume.id, organs: written.sorted { $0.value < $1.value },
            tables: [tables.descriptions, tables.colourTable], grid: "\(source.dataset)/\(source.caseName)",
            isSheared: NNUNetReader.isSheared(grid))
    }

    /// The current labels with a mask, of the chosen organs or of all.
    private func labels(of volume: VolumeRow, _ request: Request) async throws -> [OrganKey: LabelRow] {
        let catalog = workspace.catalog
        if let reason = volume.withheld { throw CatalogError.withheldVolume(volume.id, reason: reason) }
        let wanted = try await catalog.organs(named: request.organs)
        let found = try await catalog.labels(volume: volume.id).filter { $0.mask != nil }
        let labels = Dictionary(found.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first })
        if let missing = wanted.first(where: { labels[$0] == nil }) {
            throw CatalogError.noMask(volume: volume.id, organ: missing)
        }
        guard !labels.isEmpty else {
            throw WorkflowError(
                .badInput, "volume \(volume.id) has no mask",
                remedy: "list its labels with lacuna mask list --volume \(volume.id)")
        }
        return wanted.isEmpty ? labels : labels.filter { wanted.contains($0.key) }
    }

    private func compose(
        _ labels: [OrganKey: LabelRow], _ volume: VolumeRow
    ) async throws -> (ViewerLabelMap, [Written]) {
        let (catalog, reader) = (workspace.catalog, try await workspace.masks())
        var map = ViewerLabelMap(Array(labels.keys), shape: volume.shape, ontology: try await catalog.ontology())
        var written: [Written] = []
        for (index, organ) in map.organs.enumerated() {
            guard let label = labels[organ.key], let id = label.mask else { continue }
            let mask = try await reader.read(
                try await catalog.mask(id).location, try await catalog.limits(of: id), shape: volume.shape)
            do throws(ViewerLabelMap.Overlap) {
                try map.add(mask.foreground, of: index)
            } catch {
                throw WorkflowError(
                    .badInput,
                    "\(error.first) and \(error.second) share \(error.voxels) voxels, and a label map has one value per voxel",
                    remedy: "write them into different label maps with --organ, or by themselves")
            }
            written.append(
                Written(
                    organ: organ.key, mask: id, value: organ.value, voxels: mask.foreground.population,
                    isModelMade: label.status == .pseudo, isPartial: !mask.region.isEverywhere))
        }
        return (map, written)
    }

    private func write(_ tables: LabelTableFiles, _ written: [Written]) async throws {
        let entries = written.sorted { $0.value < $1.value }.map { item in
            LabelTableFiles.Entry(value: item.value, organ: item.organ, colour: Palette.organColour(item.value))
        }
        try await files.run {
            for (path, text) in [
                (tables.descriptions, LabelTableFiles.descriptions(entries)),
                (tables.colourTable, LabelTableFiles.colourTable(entries)),
            ] {
                do throws(SystemError) {
                    try AtomicFile.write(text, to: path)
                } catch {
                    throw ExportError.unwritable(file: path, reason: error.reason)
                }
            }
        }
    }
}
