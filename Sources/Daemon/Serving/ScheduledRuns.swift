internal import Catalog
internal import Jobs
internal import Learning
internal import Logging
internal import Monitoring
internal import Plans
internal import Postgres
internal import Rounds
internal import Synchronization
internal import System
internal import Workflows

/// Does the jobs of ticks: it creates the run of a schedule, or finds the one that another daemon began, and takes it to its end.
struct ScheduledRuns: Sendable {
    let trainer: TrainerSession
    let settings: LiveSettings
    let queue: JobQueue
    let claims: HeldClaims
    /// Raised where the daemon is to stop.
    let stop: StopFlag
    let requests: CheckpointRequest
    let observation: Observation

    /// - Throws: the errors of the connection.
    func perform(_ job: ClaimedJob) async throws {
        let ending = RunEnding()
        let runStop = StopFlag(within: stop)
        var schedule: String?
        claims.hold(job.claim) { reason in
            ending.lose(reason)
            runStop.raise()
        }
        defer { claims.drop(job.claim) }
        do {
            guard let tick = try await trainer.catalog.tick(of: Claim(job.claim)) else { return }
            schedule = tick.schedule
            let limit = Task {
                try await Self.wait(tick.secondsLeft) {
                    ending.exceed()
                    runStop.raise()
                }
            }
            defer { limit.cancel() }
            try await take(tick, job, runStop, ending)
        } catch let error as PostgresError where error.isTransient {
            try? await queue.release(job.claim)  // on a lost connection the lease ends by itself
            throw error
        } catch let error as PostgresError where error.isLostClaim {
            report(job, error)
        } catch let error where Self.isLoss(error) {
            report(job, error)
        } catch {
            try await fail(job, of: schedule, error, final: Self.isFinal(error))
        }
    }

    private func take(_ tick: ScheduledRun, _ job: ClaimedJob, _ runStop: StopFlag, _ ending: RunEnding) async throws {
        let outside = settings.trainer
        let configuration = try RunConfiguration(json: tick.configuration.text).withName(tick.name)
            .with(daemon: settings.value).with(trainer: outside)
        let session = try await DaemonSession(trainer, configuration, .only(outside))
        let opened = try await session.openRun(under: Claim(job.claim))
        let observer = RunObservers(observers: observation.observers(run: tick.name))
        do {
            let outcome = try await RunExecution(
                session: session, opened: opened, queue: queue, claims: claims,
                leases: observation.expiredLeases(in: queue), given: job.claim, stop: runStop, observer: observer,
                retriesFailed: true, health: observation.health, requests: requests
            ).run()
            guard case .stopped = outcome else { return }
        } catch is CancellationError {
        } catch {
            if let lost = ending.lost { throw lost }
            if !Self.isLoss(error), (error as? PostgresError)?.isTransient != true { observer.failed(with: error) }
            throw error
        }
        try await endEarly(tick, job, ending)
    }

    /// A run that was stopped: by its own limit, by the loss of its claim, or because the daemon stops.
    private func endEarly(_ tick: ScheduledRun, _ job: ClaimedJob, _ ending: RunEnding) async throws {
        if let lost = ending.lost { throw lost }
        guard ending.isExceeded else { return try await queue.release(job.claim) }
        try await fail(
            job, of: tick.schedule, DaemonError.tooLong(hours: tick.maximumHours ?? 0), final: true)
    }

    /// Whether the claim was found to be lost by the heartbeat, or by a write before it.
    private static func isLoss(_ error: any Error) -> Bool {
        if case DaemonError.jobLost = error { return true }
        if case RoundsError.leaseLost = error { return true }
        return false
    }

    /// A cause that a repetition cannot remove.
    private static func isFinal(_ error: any Error) -> Bool {
        switch error {
        case RoundsError.unrecoverable, RoundsError.otherPlan, DaemonError.startMissing: true
        default: false
        }
    }

    private func fail(_ job: ClaimedJob, of schedule: String?, _ error: any Error, final: Bool) async throws {
        let state = try await queue.failHeld(
            job.claim, reason: FailureReason.text(of: error), pause: JobFailure.pauseInSeconds(after: job.attempt),
            final: final)
        guard let state else { return report(job, error) }
        observation.logger.error(
            "job failed",
            [.job: job.claim.job, .state: state.rawValue, .reason: FailureReason.text(of: error)])
        guard state == .dead else { return }
        var event = HookEvent(.scheduleFailed)
        (event.schedule, event.reason) = (schedule, FailureReason.text(of: error))
        observation.hooks.post(event)
    }

    private func report(_ job: ClaimedJob, _ error: any Error) {
        observation.logger.error(
            "job lost", [.job: job.claim.job, .reason: FailureReason.text(of: error)])
    }

    private static func wait(_ seconds: Double?, then stop: () -> Void) async throws {
        guard let seconds else { return }
        try await Task.sleep(for: .seconds(max(0, seconds)))
        stop()
    }
}

/// Why a scheduled run was stopped before its end.
private final class RunEnding: Sendable {
    private let state = Mutex<(isExceeded: Bool, loss: (any Error)?)>((false, nil))

    var isExceeded: Bool { state.withLock { $0.isExceeded } }
    /// Nil while the claim is held.
    var lost: (any Error)? { state.withLock { $0.loss } }

    func exceed() { state.withLock { $0.isExceeded = true } }
    func lose(_ reason: PostgresError?) {
        let loss: any Error = if let reason { reason } else { DaemonError.jobLost }
        state.withLock { $0.loss = loss }
    }
}
