package import Catalog
package import Domain
package import Imaging
package import Objects
internal import System

/// Reads masks from the object store and checks them against what the catalogue says of them.
package struct BlockingMaskReader: Sendable {
    private let store: ObjectFolder

    package init(store: ObjectFolder) { self.store = store }

    /// - Throws: a failure of damage that names the mask and its file, or `ObjectStoreError` where the store cannot be read.
    package func read(_ location: MaskLocation, shape: GridShape) async throws -> Mask {
        let store = store
        return try await BlockingWork().run { try Self.read(location, shape: shape, store) }
    }

    /// The same on the caller's thread, which it blocks.
    package func readBlocking(_ location: MaskLocation, shape: GridShape) throws -> Mask {
        try Self.read(location, shape: shape, store)
    }

    /// The same on the caller's thread, which it blocks.
    package static func read(_ location: MaskLocation, shape: GridShape, _ store: ObjectFolder) throws -> Mask {
        let object = ObjectID(digest: location.object, size: 0)
        func damage(_ problem: String) -> CommandFailure {
            CommandFailure(
                .damaged, "mask \(location.mask) is damaged: \(problem)", file: store.path(of: object),
                remedy: "restore the object from the backup, then run lacuna verify --read-data")
        }
        do {
            let bytes = try store.get(object, offset: location.offset, length: location.length)
            return try MaskCodec.decode(
                bytes, shape: shape, contentHash: location.content, name: "mask \(location.mask)")
        } catch let error as ImagingError {
            throw damage(error.problem)
        } catch let error as ObjectStoreError where CommandFailure(error).status == .damaged {
            throw damage(error.problem)
        }
    }
}
