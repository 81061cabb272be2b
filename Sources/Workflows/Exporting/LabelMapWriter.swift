internal import Catalog
internal import DICOM
internal import Domain
internal import Exporters
internal import Imaging
internal import System

/// Writes the label map of one case on the grid of its image, reading one mask at a time.
struct LabelMapWriter: Sendable {
    let composer: LabelComposer
    private let masks: MaskReader
    private let converted: SeriesCache
    private let work = BlockingWork()

    init(composer: LabelComposer, masks: MaskReader, converted: SeriesCache) {
        (self.composer, self.masks, self.converted) = (composer, masks, converted)
    }

    /// - Parameter isIncluded: the evidence to compose the label map from.
    /// - Throws: `WorkflowError` for a damaged mask or a missing or changed image, `ExportError`, `ImagingError`.
    func write(
        _ item: ExportCase, to path: String, including isIncluded: (OrganEvidence) -> Bool = { _ in true }
    ) async throws -> WrittenLabel {
        let used = MasksRead()
        let composed = try await composer.compose(
            item.evidence.filter(isIncluded), shape: item.shape, caseName: item.name
        ) { [masks] organ in
            guard let location = item.label(of: organ)?.mask else {
                preconditionFailure("evidence with a mask has a location")
            }
            let mask = try await masks.read(location, shape: item.shape)
            used.add(location.mask, of: organ, completeVoxels: mask.known == nil ? mask.foreground.population : nil)
            return mask
        }
        let image = try await work.run { [converted] in
            let image = try SourceImage.header(of: item.source, converted)
            if composed.hasDecidedVoxels { try NIfTIWriter.write(.uint8(composed.values), on: image.grid, to: path) }
            return image
        }
        return WrittenLabel(
            voxels: composed.voxels, ignored: composed.ignored, contested: composed.contested, masks: used.masks,
            completeVoxels: used.completeVoxels, hasDecidedVoxels: composed.hasDecidedVoxels,
            isSheared: NNUNetReader.isSheared(image.grid), imageDimensions: image.dimensions)
    }
}

/// The masks that a label map was composed from.
private final class MasksRead {
    private(set) var masks: Set<MaskID> = []
    private(set) var completeVoxels: [OrganKey: Int] = [:]

    func add(_ mask: MaskID, of organ: OrganKey, completeVoxels count: Int?) {
        masks.insert(mask)
        if let count { completeVoxels[organ] = count }
    }
}
