internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import ObjectStore

/// Reads masks from the object store and checks them against what the catalogue says of them.
struct MaskReader: Sendable {
    let store: LocalObjectStore

    /// - Throws: `ObjectStoreError`, or `ImagingError.invalidMask` where the bytes are not the mask recorded.
    func read(_ location: MaskLocation, shape: GridShape) async throws -> Mask {
        let store = store
        return try await BlockingWork().run { try Self.read(location, shape: shape, store) }
    }

    /// The same on the caller's thread, which it blocks.
    static func read(_ location: MaskLocation, shape: GridShape, _ store: LocalObjectStore) throws -> Mask {
        let object = ObjectID(digest: location.object, size: 0)
        do {
            let bytes = try store.get(object, offset: location.offset, length: location.length)
            return try MaskCodec.decode(
                bytes, shape: shape, contentHash: location.content, name: "mask \(location.mask)")
        } catch let error as ImagingError {
            throw CommandFailure(
                .damaged, "mask \(location.mask) is damaged: \(error.problem)", file: store.path(of: object),
                remedy: "restore the object from the backup, then run lacuna verify --read-data")
        }
    }
}
