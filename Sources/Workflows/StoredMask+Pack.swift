internal import Catalog
internal import Imaging
internal import Objects

extension StoredMask {
    /// A mask that is stored as an entry of an object.
    init(_ mask: EncodedMask, at entry: PackEntry, in object: ObjectID) {
        self.init(
            content: mask.contentHash, object: object.digest, objectBytes: object.size, offset: entry.offset,
            length: entry.length, voxels: mask.voxels, knownVoxels: mask.knownVoxels, box: mask.box)
    }
}
