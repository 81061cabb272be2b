internal import Catalog
internal import Console
internal import Domain
internal import Imaging

/// An organ's voxels, and the region in which they, and their absence, are known.
struct KnownMask: Sendable {
    let foreground: BitVolume
    let region: KnownRegion

    /// Nil where the region is the whole volume.
    var known: BitVolume? { region.voxels }

    /// The smallest box that holds all that is known; nil where that is everything.
    var extent: VoxelBox? { region.voxels?.boundingBox }

    func encoded() -> EncodedMask { MaskCodec.encode(foreground: foreground, known: known) }
}

extension BlockingMaskReader {
    /// A label's mask, or none where somebody looked and the organ is absent, with the region of which it speaks.
    ///
    /// Of a round's prediction that is the whole volume: its known plane says how sure the network was.
    func read(_ location: MaskLocation?, _ limits: LabelLimits, shape: GridShape) async throws -> KnownMask {
        guard let location else {
            return KnownMask(
                foreground: BitVolume(shape), region: KnownRegion(shape, extent: limits.extent))
        }
        let mask = try await read(location, shape: shape)
        let known = limits.isPrediction ? nil : mask.known
        return KnownMask(
            foreground: mask.foreground, region: KnownRegion(shape, extent: limits.extent, known: known))
    }
}
