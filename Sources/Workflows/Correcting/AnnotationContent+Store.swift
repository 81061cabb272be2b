internal import Catalog
internal import Imaging
internal import Objects

extension AnnotationContent {
    /// Stores a mask in an object of its own.
    ///
    /// - Throws: `ObjectStoreError`.
    static func put(_ mask: KnownMask, in store: any ObjectStore) async throws -> AnnotationContent {
        let encoded = mask.encoded()
        var packer = ObjectPacker()
        let entry = packer.append(encoded.bytes)
        let object = try await store.put(packer.finish())
        let stored = StoredMask(
            content: encoded.contentHash, object: object.digest, objectBytes: object.size, offset: entry.offset,
            length: entry.length, voxels: encoded.voxels, knownVoxels: encoded.knownVoxels, box: encoded.box)
        return AnnotationContent(mask: stored, extent: mask.extent)
    }
}
