internal import Catalog
internal import Domain
internal import Imaging
internal import Importers
internal import Objects

/// The masks of a case in the object store, all in one object, found by the hash of their content.
struct StoredMasks: Sendable {
    private let object: ObjectID
    private let entries: [Digest: PackEntry]

    /// Stores the masks of the labels and of single annotators, equal ones once; nil where the case has none.
    /// - Throws: `ObjectStoreError`.
    init?(of item: InspectedCase, in store: any ObjectStore) async throws {
        var packer = ObjectPacker()
        var entries: [Digest: PackEntry] = [:]
        for mask in item.labels.compactMap(\.mask) + item.drawn.drawings.compactMap(\.mask)
        where entries[mask.contentHash] == nil {
            entries[mask.contentHash] = packer.append(mask.bytes)
        }
        guard !entries.isEmpty else { return nil }
        object = try await store.put(packer.finish())
        self.entries = entries
    }

    /// - Precondition: the mask is one of the case's.
    func location(of mask: EncodedMask) -> StoredMask {
        guard let entry = entries[mask.contentHash] else { preconditionFailure("the mask belongs to another case") }
        return StoredMask(mask, at: entry, in: object)
    }
}
