/// The state of an organ in an exported case. A label map cannot represent it: `ignore` does not distinguish the organs
/// that are unknown at a voxel.
public enum ExportedState: String, Sendable, Hashable, CaseIterable {
    /// Annotated everywhere; the label map contains every voxel of it.
    case annotated
    /// Examined everywhere and not present.
    case absent
    /// Annotated in a part of the volume.
    case partial
    /// A pseudo label.
    case model
    /// Not examined.
    case unlabelled
}
