internal import Catalog
internal import Console
internal import DICOM
internal import Domain
internal import Exporters
internal import Imaging
internal import Objects
internal import Synchronization
internal import Workflows

/// Writes the label map of one case on the grid of its image. Blocks.
struct LabelWriter: Sendable {
    let composer: LabelComposer
    let store: ObjectFolder
    let converted: SeriesCache

    /// - Throws: damage of a stored mask, an image that is gone or changed, `ExportError`, `ImagingError`.
    func write(_ item: ExportCase, to path: String, only keep: (OrganEvidence) -> Bool = { _ in true }) throws
        -> WrittenLabel
    {
        var used: Set<MaskID> = []
        var wholes: [OrganKey: Int] = [:]
        let labels = Dictionary(item.labels.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first })
        let composed = try composer.compose(
            item.evidence.filter(keep), shape: item.shape, caseName: item.name
        ) { organ in
            guard let location = labels[organ]?.mask else { preconditionFailure("evidence with a mask has its place") }
            used.insert(location.mask)
            let mask = try BlockingMaskReader.read(location, shape: item.shape, store)
            if mask.known == nil { wholes[organ] = mask.foreground.population }
            return mask
        }
        let grid = try MaskExportSource.grid(of: item.source, converted)
        if composed.saysAnything { try NIfTIWriter.write(.uint8(composed.values), on: grid, to: path) }
        return WrittenLabel(
            voxels: composed.voxels, ignored: composed.ignored, contested: composed.contested, masks: used,
            wholes: wholes, saysAnything: composed.saysAnything)
    }
}
