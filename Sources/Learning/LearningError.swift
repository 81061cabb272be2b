/// Why learning cannot begin or continue.
public enum LearningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No case has a known voxel.
    case nothingToLearn
    /// A case does not fit the plan: number of labels, or a mask on another grid.
    case unfittingCase(volume: String, problem: String)
    /// A checkpoint is of another configuration, network or round than the one to continue.
    case unfittingCheckpoint(problem: String)
    /// The loss is no longer a number.
    case diverged(step: Int)

    /// What is wrong, one clause.
    public var problem: String {
        switch self {
        case .nothingToLearn: "no volume has an annotated or absent organ among those to learn"
        case .unfittingCase(let volume, let problem): "volume \(volume) does not fit the plan: \(problem)"
        case .unfittingCheckpoint(let problem): "the checkpoint does not belong to this training: \(problem)"
        case .diverged(let step): "the loss is not finite at step \(step)"
        }
    }

    /// What the user can do, one clause.
    public var remedy: String {
        switch self {
        case .nothingToLearn: "import labels or assign subjects to train"
        case .unfittingCase, .unfittingCheckpoint: "start a new run"
        case .diverged: "lower learning.learningRate, or set learning.precision to float32"
        }
    }

    public var description: String { "\(problem); \(remedy)" }
}
