internal import Catalog
internal import Domain
internal import Imaging
internal import ObjectStore

/// Reads masks from the object store and checks them against what the catalogue says of them. Blocks.
struct MaskReader: Sendable {
    let store: LocalObjectStore

    /// - Throws: `DaemonError.maskDamaged`.
    func mask(at location: MaskLocation, shape: GridShape) throws -> Mask {
        do {
            let bytes = try store.get(
                ObjectID(digest: location.object, size: 0), offset: location.offset, length: location.length)
            return try MaskCodec.decode(
                bytes, shape: shape, contentHash: location.content, name: "mask \(location.mask)")
        } catch {
            throw DaemonError.maskDamaged(mask: location.mask)
        }
    }
}
