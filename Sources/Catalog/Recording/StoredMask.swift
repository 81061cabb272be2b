public import Domain

/// Bytes of one mask within a stored object.
public struct StoredMask: Hashable, Sendable {
    /// SHA-256 of the canonical uncompressed encoding.
    public var content: Digest
    /// Name of the object that holds it.
    public var object: Digest
    /// Size of the whole object in bytes.
    public var objectBytes: Int
    public var offset: Int
    public var length: Int
    /// Foreground voxels.
    public var voxels: Int
    /// Voxels of the validity mask; nil where the mask is valid everywhere within its extent.
    public var knownVoxels: Int?
    /// Foreground bounds in canonical voxels.
    public var box: VoxelBox
    /// The mean position of the foreground in canonical voxels, kept for sided organs; nil where it is not known.
    public var centre: Vector3<Double>?

    public init(
        content: Digest, object: Digest, objectBytes: Int, offset: Int, length: Int, voxels: Int,
        knownVoxels: Int? = nil,
        box: VoxelBox, centre: Vector3<Double>? = nil
    ) {
        (self.content, self.object, self.objectBytes) = (content, object, objectBytes)
        (self.offset, self.length, self.voxels) = (offset, length, voxels)
        (self.knownVoxels, self.box, self.centre) = (knownVoxels, box, centre)
    }
}
