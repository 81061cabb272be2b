/// Why no batches can be drawn.
public enum BatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No volume has a known voxel.
    case nothingToLearn
    /// A volume does not fit the plan: number of labels, or a mask on another grid.
    case unfittingCase(volume: String, problem: String)
    /// The system has no thread left on which batches could be filled.
    case noThread

    /// What is wrong, one clause.
    public var problem: String {
        switch self {
        case .nothingToLearn: "no volume has an annotated or absent organ among those to learn"
        case .unfittingCase(let volume, let problem): "volume \(volume) does not fit the plan: \(problem)"
        case .noThread: "the system has no thread left to fill batches"
        }
    }

    /// What the user can do, one clause.
    public var remedy: String {
        switch self {
        case .nothingToLearn: "import labels or assign subjects to train"
        case .unfittingCase: "start a new run"
        case .noThread: "allow the user more processes, or lower learning.loaders"
        }
    }

    public var description: String { "\(problem); \(remedy)" }
}
