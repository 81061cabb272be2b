internal import Jobs
internal import Logging
internal import Monitoring

/// Takes jobs back whose lease ended, of this daemon and every other, and reports them.
struct ExpiredLeases: Sendable {
    let queue: JobQueue
    let logger: Logger
    let metrics: LacunaMetrics
    /// Nil where nobody is to be told.
    let hooks: HookQueue?

    /// - Throws: the errors of the connection.
    func collect() async throws {
        let expired = try await queue.expireLeases()
        if expired.isEmpty { return }
        metrics.leasesExpired(expired.count)
        logger.warning("leases expired", [.count: expired.count])
        for job in expired where job.state == .dead { report(dead: job) }
    }

    private func report(dead job: ExpiredJob) {
        let reason = "the lease of the last attempt expired; lacuna job show \(job.job) names the daemon"
        logger.error("job dead", [.job: job.job, .reason: reason])
        guard let schedule = job.schedule else { return }
        var event = HookEvent(.scheduleFailed)
        (event.schedule, event.reason) = (schedule, reason)
        hooks?.post(event)
    }
}

extension Observation {
    func expiredLeases(in queue: JobQueue) -> ExpiredLeases {
        ExpiredLeases(queue: queue, logger: logger, metrics: metrics, hooks: hooks)
    }
}
