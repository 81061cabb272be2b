internal import Catalog
internal import Logging
internal import Monitoring
internal import Postgres
internal import System

/// Fires the ticks of schedules that are due, and wakes the work when jobs arrive. On a connection of its own.
struct Ticker: Sendable {
    let catalog: TrainingCatalog
    let wake: WakeUp
    let stop: StopFlag
    let observation: Observation

    /// The channel on which the database tells of new jobs, changed schedules and new labels.
    private static let channel = "lacuna"
    /// The database's clock may be set meanwhile, so that the next tick is never further away.
    private static let longestPause = Duration.seconds(20)

    /// Returns when `stop` is raised.
    func run() async throws {
        try await catalog.connection.listen(Self.channel)
        observation.health.watch(.ticker, within: .seconds(60))
        defer { observation.health.unwatch(.ticker) }
        while !stop.isRaised, !Task.isCancelled {
            let fired = try await catalog.fireTicks()
            if fired.fired > 0 { wake.call() }
            observation.health.report(.ticker)
            report(fired)
            try await wait(until: fired.secondsToNext)
            wake.call()  // a job may be due at the same time, such as one that was delayed
        }
    }

    private func report(_ fired: FiredTicks) {
        guard fired.missed > 0 else { return }
        observation.metrics.ticksMissed(fired.missed)
        observation.logger.warning("ticks missed", [.count: fired.missed])
    }

    /// Waits for the next tick or a notification, in steps that let a stop through.
    private func wait(until seconds: Double?) async throws {
        let pause = min(seconds.map { .seconds(max(0.01, $0)) } ?? Self.longestPause, Self.longestPause)
        let deadline = ContinuousClock.now + pause
        while !stop.isRaised, !Task.isCancelled, deadline > .now {
            let step = min(deadline - .now, .seconds(1))
            let notifications = try await catalog.connection.notifications(waitingAtMost: step)
            guard !notifications.isEmpty else { continue }
            if notifications.contains(where: { $0.payload == "job" }) { wake.call() }
            if notifications.contains(where: { $0.payload != "job" }) { return }
        }
    }
}
