/// Why learning cannot begin or continue.
public enum LearningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A checkpoint is of another configuration, network or round than the one to continue.
    case unfittingCheckpoint(problem: String)
    /// The loss is no longer a number since one of these steps, counted from 1.
    case diverged(steps: ClosedRange<Int>)
    /// The processes that train together do not start at the same step of the same round with the same weights.
    case processesDiffer
    /// The processes that train together have other images or labels.
    case dataDiffer
    /// This machine or this libtorch has no such device.
    case deviceMissing(device: String, available: [String])

    /// What is wrong, one clause.
    public var problem: String {
        switch self {
        case .unfittingCheckpoint(let problem): "the checkpoint does not belong to this training: \(problem)"
        case .diverged(let steps):
            steps.count == 1
                ? "the loss is not finite at step \(steps.upperBound)"
                : "the loss is not finite since one of the steps \(steps.lowerBound) to \(steps.upperBound)"
        case .processesDiffer: "the processes of the training differ in their round, steps or weights"
        case .dataDiffer: "the processes of the training have different images or labels"
        case .deviceMissing(let device, let available):
            "there is no device \(device) for libtorch here, only \(available.joined(separator: ", "))"
        }
    }

    /// What the user can do, one clause.
    public var remedy: String {
        switch self {
        case .unfittingCheckpoint: "start a new run"
        case .dataDiffer: "give all of them one catalogue, and the same images at the same paths"
        case .processesDiffer: "start all of them with one configuration, one checkpoint and one program"
        case .deviceMissing: "set learning.device to auto or to a device that is there, or use a libtorch with CUDA"
        case .diverged: "lower learning.learningRate, or set learning.precision to float32"
        }
    }

    public var description: String { "\(problem); \(remedy)" }
}
