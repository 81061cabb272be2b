internal import Synchronization

/// A request for a checkpoint before it is due: made from any thread, and taken after the next step of a training.
public final class CheckpointRequest: Sendable {
    private let isMade = Atomic(false)

    public init() {}

    public func make() { isMade.store(true, ordering: .releasing) }

    /// Whether one was made since the last call.
    func take() -> Bool { isMade.exchange(false, ordering: .acquiringAndReleasing) }
}
