internal import Catalog
internal import Domain
internal import Imaging
internal import Learning
internal import Objects
internal import System

/// The pseudo masks of one volume, encoded on the volume's own grid as the bytes of one object.
struct PseudoLabelPack: Sendable {
    /// The bytes of the object.
    let bytes: [UInt8]
    private let entries: [Entry]

    private struct Entry: Sendable {
        let organ: OrganKey
        let mask: EncodedMask
        let place: PackEntry
        let knownVoxels: Int
        let judged: JudgedLabel
    }

    /// - Parameters:
    ///   - volume: the volume that the labels are of.
    ///   - organs: the organs of the plan, to which the labels' indices refer.
    ///   - grid: from the training grid, on which the labels are, to the volume's own.
    ///   - threads: nil: one for each processor core.
    init(
        _ labels: [JudgedLabel], of volume: VolumeID, organs: [OrganKey], on grid: TrainingGrid, threads: Int? = nil
    ) {
        let masks = labels.map(threads: threads ?? UsableCores.count) { judged in
            MaskCodec.encode(foreground: grid.up(judged.label.foreground), known: grid.up(validity: judged.label.known))
        }
        var packer = ObjectPacker(predictionsOf: volume)
        entries = zip(labels, masks).map { judged, mask in
            Entry(
                organ: organs[judged.label.organ], mask: mask, place: packer.append(mask.bytes),
                knownVoxels: mask.knownVoxels ?? grid.nativeCount, judged: judged)
        }
        bytes = packer.finish()
    }

    /// The masks as the catalogue records them, once `object` is stored.
    func masks(in object: ObjectID) -> [StagedMask] {
        entries.map { entry in
            StagedMask(
                organ: entry.organ,
                mask: StoredMask(
                    content: entry.mask.contentHash, object: object.digest, objectBytes: object.size,
                    offset: entry.place.offset, length: entry.place.length, voxels: entry.mask.voxels,
                    knownVoxels: entry.knownVoxels, box: entry.mask.box),
                confidence: entry.judged.label.confidence, quality: entry.judged.quality,
                withheld: entry.judged.withheld)
        }
    }
}
