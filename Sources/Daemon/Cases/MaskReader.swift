internal import Catalog
internal import Domain
internal import Imaging
internal import ObjectStore

/// Reads masks from the object store and checks them against what the catalogue says of them. Blocks.
struct MaskReader: Sendable {
    let store: LocalObjectStore

    /// - Throws: `DaemonError.maskDamaged`, and `ObjectStoreError` where the store cannot be read.
    func mask(at location: MaskLocation, shape: GridShape) throws -> Mask {
        do {
            let bytes = try store.get(
                ObjectID(digest: location.object, size: 0), offset: location.offset, length: location.length)
            return try MaskCodec.decode(
                bytes, shape: shape, contentHash: location.content, name: "mask \(location.mask)")
        } catch let error as ObjectStoreError where !error.isDamage {
            throw error
        } catch {
            throw DaemonError.maskDamaged(mask: location.mask)
        }
    }
}

extension ObjectStoreError {
    /// Whether the object itself is gone or not what it was.
    fileprivate var isDamage: Bool {
        switch self {
        case .missing, .damaged, .outOfRange, .badPack: true
        case .full, .readOnly, .denied, .noStore, .notAStore, .newerFormat, .foreign, .system: false
        }
    }
}
