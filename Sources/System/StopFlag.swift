internal import Synchronization

/// A request to stop: raised once, from any thread, and read between steps of long work.
public final class StopFlag: Sendable {
    private let raised = Atomic(false)
    private let wider: StopFlag?

    /// - Parameter wider: a request to stop more than this work, which counts as well; nil: there is none.
    public init(within wider: StopFlag? = nil) { self.wider = wider }

    public func raise() { raised.store(true, ordering: .releasing) }
    public var isRaised: Bool { raised.load(ordering: .acquiring) || wider?.isRaised ?? false }
}
