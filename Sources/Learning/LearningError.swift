/// Why learning cannot begin or continue.
public enum LearningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A checkpoint is of another configuration, network or round than the one to continue.
    case unfittingCheckpoint(problem: String)
    /// The loss is no longer a number.
    case diverged(step: Int)

    /// What is wrong, one clause.
    public var problem: String {
        switch self {
        case .unfittingCheckpoint(let problem): "the checkpoint does not belong to this training: \(problem)"
        case .diverged(let step): "the loss is not finite at step \(step)"
        }
    }

    /// What the user can do, one clause.
    public var remedy: String {
        switch self {
        case .unfittingCheckpoint: "start a new run"
        case .diverged: "lower learning.learningRate, or set learning.precision to float32"
        }
    }

    public var description: String { "\(problem); \(remedy)" }
}
