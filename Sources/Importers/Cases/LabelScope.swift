public import Domain

/// Which organs were examined in a label file. An examined organ is annotated if it has voxels and absent if it has
/// none.
public enum LabelScope: Hashable, Sendable {
    /// Every organ of the file's map, table or class.
    case declared
    /// Of those, only these.
    case only(Set<OrganKey>)
    /// Of those, all except these.
    case except(Set<OrganKey>)
    /// Not documented: an organ with voxels is annotated, one without stays unlabelled.
    case present

    /// Whether an organ that the file's map names was examined.
    func covers(_ organ: OrganKey, hasVoxels: Bool) -> Bool {
        switch self {
        case .declared: true
        case .only(let organs): organs.contains(organ)
        case .except(let organs): !organs.contains(organ)
        case .present: hasVoxels
        }
    }
}
