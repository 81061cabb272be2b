public import Domain

/// Where a row of a batch comes from.
public struct PatchOrigin: Hashable, Sendable {
    /// Index among the sampler's volumes.
    public let caseIndex: Int
    /// The organ that the row was drawn for; nil for a row drawn anywhere.
    public let organ: Int?
    public let box: VoxelBox
}
