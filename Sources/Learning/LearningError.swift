/// Why learning cannot begin or continue, with the remedy in the description.
public enum LearningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No case has a known voxel.
    case nothingToLearn
    /// A case does not fit the plan: number of labels, or a mask on another grid.
    case unfittingCase(volume: String, problem: String)
    /// A checkpoint was made by another network, round or seed than the one to continue.
    case unfittingCheckpoint(problem: String)
    /// The loss is no longer a number.
    case diverged(step: Int)

    public var description: String {
        switch self {
        case .nothingToLearn:
            "no volume has an annotated or absent organ among those to learn; import labels or assign subjects to train"
        case .unfittingCase(let volume, let problem):
            "volume \(volume) does not fit the plan: \(problem); start a new run"
        case .unfittingCheckpoint(let problem):
            "the checkpoint does not belong to this training: \(problem); start a new run"
        case .diverged(let step):
            "the loss is not finite at step \(step); lower learning.learningRate, or set learning.precision to float32"
        }
    }
}
