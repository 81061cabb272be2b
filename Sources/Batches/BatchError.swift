/// Why no batches can be drawn.
public enum BatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No volume has a known voxel.
    case nothingToLearn
    /// A volume does not fit the plan: number of labels, or a mask on another grid.
    case unfittingCase(volume: String, problem: String)

    /// What is wrong, one clause.
    public var problem: String {
        switch self {
        case .nothingToLearn: "no volume has an annotated or absent organ among those to learn"
        case .unfittingCase(let volume, let problem): "volume \(volume) does not fit the plan: \(problem)"
        }
    }

    /// What the user can do, one clause.
    public var remedy: String {
        switch self {
        case .nothingToLearn: "import labels or assign subjects to train"
        case .unfittingCase: "start a new run"
        }
    }

    public var description: String { "\(problem); \(remedy)" }
}
