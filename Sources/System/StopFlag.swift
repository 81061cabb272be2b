internal import Synchronization

/// A request to stop: raised once, from any thread, and read between steps of long work.
public final class StopFlag: Sendable {
    private let raised = Atomic(false)

    public init() {}

    public func raise() { raised.store(true, ordering: .releasing) }
    public var isRaised: Bool { raised.load(ordering: .acquiring) }
}
