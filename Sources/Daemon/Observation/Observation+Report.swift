internal import Jobs
internal import Logging
internal import Monitoring

extension Observation {
    /// Logs how an attempt at the job of a volume ended.
    func report(_ job: ClaimedJob, _ ending: JobAttempt.Ending) {
        switch ending {
        case .done:
            metrics.succeeded(at: .now)
            logger.debug("job done", [.job: job.claim.job])
        case .failed(let reason): logger.warning("job failed", [.job: job.claim.job, .reason: reason])
        case .dead(let reason): logger.error("job dead", [.job: job.claim.job, .reason: reason])
        case .lost: logger.warning("job lost", [.job: job.claim.job])
        }
    }
}
