/// What can go wrong in learning, with the remedy in the description.
public enum LearningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A setting's value is outside what it allows.
    case invalidSetting(key: String, value: String, allowed: String)
    /// There is no setting of this name.
    case unknownSetting(key: String, known: [String])
    /// No case has a voxel that may be learned from.
    case nothingToLearn
    /// A case does not fit the plan: number of labels, or a mask on another grid.
    case unfittingCase(volume: String, problem: String)
    /// A checkpoint was made by another network, round or seed than the one to continue.
    case unfittingCheckpoint(problem: String)
    /// The loss is no longer a number.
    case diverged(step: Int)

    public var description: String {
        switch self {
        case .invalidSetting(let key, let value, let allowed):
            "setting \(key) is \(value); allowed is \(allowed)"
        case .unknownSetting(let key, let known):
            "there is no setting \(key); there are \(known.joined(separator: ", "))"
        case .nothingToLearn:
            "no case has an annotated or absent organ among those to train; import labels or assign subjects to train"
        case .unfittingCase(let volume, let problem):
            "volume \(volume) cannot be learned from: \(problem); build its case for this plan's organs and grid"
        case .unfittingCheckpoint(let problem):
            "the checkpoint does not continue this training: \(problem); start the round anew"
        case .diverged(let step):
            "the loss is not finite at step \(step); lower learningRate, or set precision to float32"
        }
    }
}
