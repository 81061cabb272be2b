/// Why phantoms could not be generated.
public enum PhantomError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The folder of a dataset is there already; nothing was written into it.
    case occupied(path: String)
    /// A folder or text file could not be made.
    case unwritable(path: String, reason: String)
    /// No volumes, a grid without voxels, a spacing that is not positive, a share outside 0 to 1, an unknown class, or a
    /// dataset's name that is no plain file name or is there twice.
    case senseless(dataset: String, problem: String)

    public var description: String {
        switch self {
        case .occupied(let path): "\(path) exists already: remove it or generate somewhere else"
        case .unwritable(let path, let reason):
            "\(path) cannot be written (\(reason)): free space or choose another folder"
        case .senseless(let dataset, let problem): "dataset \"\(dataset)\" of the plan \(problem): correct the plan"
        }
    }
}
