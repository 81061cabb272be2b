internal import Synchronization

/// Asks a training to end cleanly after the step it is in. Safe to raise from any thread.
public final class StopSignal: Sendable {
    private let raised = Atomic(false)

    public init() {}

    public func raise() { raised.store(true, ordering: .releasing) }
    public var isRaised: Bool { raised.load(ordering: .acquiring) }
}
