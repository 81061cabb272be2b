package import Catalog
package import Domain
internal import Imaging

/// An organ's voxels in canonical order, and the region in which the organ is known.
package struct KnownMask: Sendable {
    package let foreground: BitVolume
    /// Outside it the organ is unknown.
    package let region: KnownRegion

    package init(foreground: BitVolume, region: KnownRegion) { (self.foreground, self.region) = (foreground, region) }

    /// A mask that is known everywhere.
    init(_ foreground: BitVolume) {
        self.init(foreground: foreground, region: KnownRegion(everywhere: foreground.shape))
    }

    /// A mask that was encoded by this program.
    init(_ encoded: EncodedMask, extent: VoxelBox?, shape: GridShape, of organ: OrganKey) throws {
        let mask = try MaskCodec.decode(
            encoded.bytes, shape: shape, contentHash: encoded.contentHash, name: "the mask of \(organ)")
        self.init(
            foreground: mask.foreground, region: KnownRegion(shape, extent: extent, known: mask.known))
    }

    /// The smallest box that holds the region; nil where that is the whole volume.
    var extent: VoxelBox? { region.voxels?.boundingBox }

    /// The mask with its region as validity mask, unless that is the whole volume.
    func encoded() -> EncodedMask { MaskCodec.encode(foreground: foreground, known: region.voxels) }
}

extension MaskReader {
    /// The mask of a label with its region; for an absence no voxels.
    ///
    /// The region of a round's prediction is the whole volume: its validity mask states the network's confidence, not where a person
    /// looked.
    ///
    /// - Parameter location: nil for an absence.
    /// - Throws: as `read(_:shape:)`.
    package func read(_ location: MaskLocation?, _ limits: LabelLimits, shape: GridShape) async throws -> KnownMask {
        guard let location else {
            return KnownMask(foreground: BitVolume(shape), region: KnownRegion(shape, extent: limits.extent))
        }
        let mask = try await read(location, shape: shape)
        let known = limits.isPrediction ? nil : mask.known
        return KnownMask(
            foreground: mask.foreground, region: KnownRegion(shape, extent: limits.extent, known: known))
    }
}
