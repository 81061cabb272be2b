/// The state of a round. Every state is durable: after a kill the daemon continues from the last one.
///
///     planned → training → trained → confidenceFitted → evaluated → relabelling → published
///                                                           └────────(last round)────↗
///
/// Every state before `published` can become `failed`; `failed` becomes `planned` again by a retry.
public enum RoundState: String, Sendable, Hashable, CaseIterable, Codable {
    /// The round is recorded; no work has begun.
    case planned
    /// Weights are being learned; checkpoints on the way may exist.
    case training
    /// The round's checkpoint is stored.
    case trained
    /// The confidence is fitted, and its weights and ranking quality are stored.
    case confidenceFitted
    /// The validation results are stored.
    case evaluated
    /// Labels are being staged; they are not visible.
    case relabelling
    /// The round is closed: its labels, if it has any, became visible at one revision.
    case published
    /// The round failed for a cause that a repetition cannot remove; the reason is stored.
    case failed

    /// The state after `action`.
    /// - Throws: `illegal` where the action is not allowed in this state.
    public func next(_ action: RoundAction) throws(RoundsError) -> RoundState {
        switch (self, action) {
        case (.planned, .startTraining): .training
        case (.training, .finishTraining): .trained
        case (.trained, .finishConfidence): .confidenceFitted
        case (.confidenceFitted, .finishEvaluation): .evaluated
        case (.evaluated, .startRelabelling): .relabelling
        case (.evaluated, .close), (.relabelling, .publish): .published
        case (.failed, .retry): .planned
        case (_, .fail) where isOpen: .failed
        default: throw .illegal(action: action.verb, state: self)
        }
    }

    /// Whether work is due in this state.
    public var isOpen: Bool {
        switch self {
        case .planned, .training, .trained, .confidenceFitted, .evaluated, .relabelling: true
        case .published, .failed: false
        }
    }

    /// The work that is due in this state; nil where only a change of state is due, or nothing.
    public var work: RoundWork? {
        switch self {
        case .training: .train
        case .trained: .fitConfidence
        case .confidenceFitted: .evaluate
        case .relabelling: .relabel
        case .planned, .evaluated, .published, .failed: nil
        }
    }
}

/// A piece of work between two states.
public enum RoundWork: String, Sendable, Hashable, CaseIterable, Codable {
    case train, fitConfidence, evaluate, relabel
}
