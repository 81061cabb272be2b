internal import Jobs
internal import Logging
internal import Monitoring
internal import Postgres
internal import ServiceLifecycle

/// Counts the jobs in the database from time to time, on a connection of its own, so that a long count delays nothing.
struct QueueMeter: Service {
    /// On the connection of the meter.
    let queue: JobQueue
    let metrics: LacunaMetrics
    let logger: Logger

    private static let pause = Duration.seconds(10)

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await count()
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.pause) }
        }
        await queue.connection.close()
    }

    private func count() async {
        do {
            let counts = try await queue.counts()
            metrics.setQueue(counts.map { (kind: $0.kind.rawValue, state: $0.state.rawValue, count: $0.count) })
        } catch {
            // The heartbeat ends a program that lost its server; the numbers are unknown until then.
            metrics.setQueue([])
            logger.warning("queue not counted", [.reason: FailureReason.text(of: error)])
        }
    }
}
