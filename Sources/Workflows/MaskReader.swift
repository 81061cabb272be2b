package import Catalog
package import Domain
package import Imaging
package import Objects

/// Reads masks from the object store and checks them against their rows in the catalogue.
package struct MaskReader: Sendable {
    private let store: any ObjectStore

    package init(store: any ObjectStore) { self.store = store }

    /// A mask in canonical voxel order.
    ///
    /// - Throws: `WorkflowError` of kind `damaged` that names the mask and its location, `ObjectStoreError` where the store cannot be
    ///   read.
    package func read(_ location: MaskLocation, shape: GridShape) async throws -> Mask {
        let object = ObjectID(digest: location.object, size: 0)
        do {
            let bytes = try await store.get(object, offset: location.offset, length: location.length)
            return try MaskCodec.decode(
                bytes, shape: shape, contentHash: location.content, name: "mask \(location.mask)")
        } catch let error as ImagingError {
            throw damage(of: location, in: object, error.problem)
        } catch let error as ObjectStoreError where error.isDamage {
            throw damage(of: location, in: object, error.problem)
        }
    }

    private func damage(of location: MaskLocation, in object: ObjectID, _ problem: String) -> WorkflowError {
        WorkflowError(
            .damaged, "mask \(location.mask) is damaged: \(problem)", file: store.location(of: object),
            remedy: "restore the object from the backup, then run lacuna verify --read-data")
    }
}
