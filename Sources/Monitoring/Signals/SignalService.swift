internal import Glibc
public import ServiceLifecycle
public import UnixSignals

/// Calls a handler for each signal that arrives until the graceful shutdown.
///
/// The signals of the group's shutdown are not among them: the group takes those itself.
public struct SignalService: Service {
    private let signals: [UnixSignal]
    private let handle: @Sendable (UnixSignal) async -> Void

    /// - Parameter handle: is not called again before it has returned.
    public init(_ signals: [UnixSignal], handle: @escaping @Sendable (UnixSignal) async -> Void) {
        (self.signals, self.handle) = (signals, handle)
    }

    /// From now on, signals that arrive before the service runs are ignored, where they would end the process.
    public static func ignore(_ signals: [UnixSignal]) {
        for number in signals.map(\.rawValue) { signal(number, SIG_IGN) }
    }

    public func run() async throws {
        let arrivals = await UnixSignalsSequence(trapping: signals)
        for await signal in arrivals.cancelOnGracefulShutdown() { await handle(signal) }
    }
}
