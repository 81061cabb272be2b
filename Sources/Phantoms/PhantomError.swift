/// An error of generating phantoms.
public enum PhantomError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The folder of a dataset already exists; nothing was written into it.
    case occupied(path: String)
    /// A folder or text file could not be written.
    case unwritable(path: String, reason: String)
    /// An invalid plan: no volumes, a grid without voxels, a spacing that is not positive, a share outside 0 to 1, an
    /// unknown class, or a dataset's name that is not a plain file name or occurs twice.
    case senseless(dataset: String, problem: String)

    /// The file or folder that the error is about.
    public var file: String? {
        switch self {
        case .occupied(let path), .unwritable(let path, _): path
        case .senseless: nil
        }
    }

    /// The problem, one clause.
    public var problem: String {
        switch self {
        case .occupied: "the folder of a dataset already exists"
        case .unwritable(_, let reason): "it cannot be written: \(reason)"
        case .senseless(let dataset, let problem): "dataset \"\(dataset)\" of the plan \(problem)"
        }
    }

    /// The remedy, one clause.
    public var remedy: String {
        switch self {
        case .occupied: "remove it, or choose another folder"
        case .unwritable: "check the folder, its permissions and the free space, or choose another folder"
        case .senseless: "correct the plan"
        }
    }

    public var description: String { (file.map { "\($0): " } ?? "") + "\(problem); \(remedy)" }
}
