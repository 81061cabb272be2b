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
        return AnnotationContent(mask: StoredMask(encoded, at: entry, in: object), extent: mask.extent)
    }
}
