/// An error of generating phantoms.
public enum PhantomError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The folder of a dataset already exists; nothing was written into it.
    case occupied(path: String)
    /// A folder or text file could not be written.
    case unwritable(path: String, reason: String)
    /// An invalid plan: no volumes, a grid without voxels, a spacing that is not positive, a share outside 0 to 1, an
    /// unknown class, or a dataset's name that is not a plain file name or occurs twice.
    case senseless(dataset: String, problem: String)

    public var description: String {
        switch self {
        case .occupied(let path): "\(path) already exists: remove it or choose another folder"
        case .unwritable(let path, let reason):
            "\(path) cannot be written (\(reason)): free space or choose another folder"
        case .senseless(let dataset, let problem): "dataset \"\(dataset)\" of the plan \(problem): correct the plan"
        }
    }
}
