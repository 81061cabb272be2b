public import Logging
public import ServiceLifecycle
internal import Synchronization

/// Delivers events to hooks, one after another, without making the sender wait. A failure is logged and never ends the program.
///
/// At a graceful shutdown the events that wait are delivered within `drainTime`; the service therefore comes before those that
/// send events in its group, which are shut down first.
public final class HookQueue: Service {
    private let receivers: Mutex<Receivers>
    private let drainTime: Duration
    private let logger: Logger
    private let now: @Sendable () -> WallTime
    private let events: AsyncStream<Entry>
    private let sender: AsyncStream<Entry>.Continuation

    private struct Receivers: Sendable {
        let hooks: [any Hook]
        /// Time for one delivery.
        let limit: Duration
    }

    private struct Entry: Sendable {
        let event: HookEvent
        let time: WallTime
    }

    /// - Parameters:
    ///   - limit: time for one delivery.
    ///   - drainTime: time for all deliveries after the begin of the shutdown.
    public init(
        _ hooks: [any Hook], limit: Duration, drainTime: Duration = .seconds(8), logger: Logger,
        now: @escaping @Sendable () -> WallTime = { .now }
    ) {
        receivers = Mutex(Receivers(hooks: hooks, limit: limit))
        (self.drainTime, self.logger, self.now) = (drainTime, logger, now)
        (events, sender) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(256))
    }

    /// Delivers to other hooks from now on, also the events that wait.
    public func deliver(to hooks: [any Hook], limit: Duration) {
        receivers.withLock { $0 = Receivers(hooks: hooks, limit: limit) }
    }

    /// Adds an event. It is dropped, and this is logged, where 256 wait or the queue has ended.
    public func post(_ event: HookEvent) {
        if receivers.withLock({ $0.hooks.isEmpty }) { return }
        guard case .enqueued = sender.yield(Entry(event: event, time: now())) else {
            return logger.error("notification dropped", [.event: event.kind.rawValue])
        }
    }

    public func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { for await entry in self.events { await self.deliver(entry) } }
                tasks.addTask {
                    try? await gracefulShutdown()
                    try? await Task.sleep(for: self.drainTime)
                }
                await tasks.next()
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            self.sender.finish()
        }
    }

    /// A cancelled task delivers nothing more; what still waits is logged as failed.
    private func deliver(_ entry: Entry) async {
        let message = entry.event.json(at: entry.time)
        let (hooks, limit) = receivers.withLock { ($0.hooks, $0.limit) }
        for hook in hooks {
            do throws(HookFailure) {
                if Task.isCancelled { throw .timedOut }
                try await hook.deliver(message, within: limit)
                logger.debug("notification delivered", [.hook: hook.name, .event: entry.event.kind.rawValue])
            } catch {
                logger.error(
                    "notification failed",
                    [.hook: hook.name, .event: entry.event.kind.rawValue, .reason: error.reason])
            }
        }
    }
}
