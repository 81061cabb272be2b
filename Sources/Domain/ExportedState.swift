/// What is known of an organ in an exported case, which the label map by itself cannot say: an `ignore` voxel does not tell of
/// which organ it is unknown.
public enum ExportedState: String, Sendable, Hashable, CaseIterable {
    /// People labelled it everywhere, and the label map has every voxel of it.
    case annotated
    /// People looked everywhere, and it is not there.
    case absent
    /// People said something of it, and not of every voxel.
    case partial
    /// A model's word.
    case model
    /// Nobody looked for it.
    case unlabelled
}
