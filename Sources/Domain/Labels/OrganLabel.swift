/// The label of one organ in one volume, on the volume's canonical grid.
public enum OrganLabel: Hashable, Sendable {
    /// Annotated, or examined and absent (`foreground` nil). Complete within `extent` (nil: everywhere) where the
    /// validity mask `known` is set (nil: everywhere), unknown elsewhere.
    case known(foreground: BitVolume?, extent: VoxelBox? = nil, known: BitVolume? = nil)
    /// A pseudo label, accepted only where the validity mask `known` is set (nil: everywhere). It never overrides an
    /// annotation.
    case pseudo(foreground: BitVolume, known: BitVolume?)
    /// Unlabelled.
    case unknown
}

/// A composite label ("kidneys"): one label for several organs together.
public struct CompositeLabel: Hashable, Sendable {
    /// Indices of the organs that it consists of.
    public let parts: [Int]
    /// nil: examined, and none of the parts is present.
    public let foreground: BitVolume?
    /// The box within which it is complete; nil: everywhere.
    public let extent: VoxelBox?
    /// Validity mask; nil: known everywhere.
    public let known: BitVolume?

    public init(parts: [Int], foreground: BitVolume?, extent: VoxelBox? = nil, known: BitVolume? = nil) {
        (self.parts, self.foreground, self.extent, self.known) = (parts, foreground, extent, known)
    }
}
