public import Domain

/// Why the labels of a case as a whole are implausible.
public enum EmptyLabels: Hashable, Sendable {
    /// Every class file is empty.
    case classes(Int)
    /// No voxel belongs to an organ, and all of these would be recorded as absent.
    case organs([OrganKey])
    /// Every voxel has a value that leaves all organs unknown.
    case unknown
    /// Every voxel has this value.
    case constant(Int)

    var problem: String {
        switch self {
        case .classes(let count): "all \(count) class files are empty, so that every organ would be recorded as absent"
        case .organs(let organs):
            "no voxel belongs to an organ, so that every organ would be recorded as absent: "
                + ImportError.list(organs.map(\.rawValue))
        case .unknown: "no voxel is known: all have values that are ignored or match no organ"
        case .constant(let value): "every voxel of the image has the value \(value)"
        }
    }
}
