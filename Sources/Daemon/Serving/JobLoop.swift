internal import Jobs
internal import Logging
internal import Monitoring
internal import System

/// Claims due jobs of some kinds, one after another, and does them.
struct JobLoop: Sendable {
    let queue: JobQueue
    let kinds: [JobKind]
    let wake: WakeUp
    let stop: StopFlag
    let runs: ScheduledRuns
    let volumes: RoundVolumes
    let images: ImageJobs
    let observation: Observation

    /// The longest time for which the end of another daemon's lease stays unnoticed.
    private static let longestPause = Duration.seconds(5)

    /// Returns when `stop` is raised, with no job claimed.
    ///
    /// - Throws: the errors of the connection; those of a job are recorded with it.
    func run() async throws {
        while !stop.isRaised, !Task.isCancelled {
            try await observation.expiredLeases(in: queue).collect()
            guard let job = try await queue.claim(kinds).first else {
                await wake.wait(atMost: Self.longestPause)
                continue
            }
            observation.logger.info("job claimed", [.job: job.claim.job, .kind: job.kind.rawValue])
            try await perform(job)
        }
    }

    private func perform(_ job: ClaimedJob) async throws {
        switch job.kind {
        case .run:
            await volumes.close()
            try await runs.perform(job)
        case .predict, .relabel: try await volumes.perform(job)
        case .fingerprint, .verify: try await images.perform(job)
        }
    }
}
