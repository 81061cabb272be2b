internal import Jobs
internal import Learning
internal import Monitoring
internal import Plans
internal import Rounds
internal import System
internal import Workflows

/// Takes one run to its end, or until it is asked to stop.
struct RunExecution: Sendable {
    let session: DaemonSession
    let opened: RunOpening.OpenedRun
    /// On the session's connection.
    let queue: JobQueue
    let claims: HeldClaims
    let leases: ExpiredLeases
    /// The claim on the run's job where it is held already.
    var given: JobClaim?
    let stop: StopFlag
    let observer: RunObservers
    var retriesFailed = false
    /// Receives a report for every step and every volume.
    var health = Health()
    /// Asks for a checkpoint of the training before it is due.
    var requests = CheckpointRequest()
    /// The processes that train the run together, of which this is the first; nil: this one alone.
    var group: RunGroup?

    /// - Throws: `RoundsError.leaseLost` or the reason where the claim is lost, and the errors of the driver.
    func run() async throws -> RunOutcome {
        let rounds = CatalogRoundStore(
            session.catalog, run: opened.run, queue: queue, claims: claims, given: given, stop: stop,
            observer: observer)
        let worker = LearningWorker(
            try await session.makeParts(opened.snapshot), origin: DaemonSession.origin(of: opened.run),
            catalog: session.catalog, rounds: rounds, queue: queue, claims: claims, leases: leases, requests: requests,
            group: group,
            tell: { [trainer = session.trainer] in trainer.tell($0) })
        let driver = RunDriver(
            store: rounds, trainer: worker, evaluator: worker, relabeller: worker, publisher: rounds,
            observer: observer,
            isStopping: {
                health.report(.progress)
                return stop.isRaised
            })
        health.watch(.progress, within: .seconds(60 * session.configuration.daemon.stallMinutes))
        defer { health.unwatch(.progress) }
        do {
            let outcome = try await driver.run(session.configuration.plan, retryingFailed: retriesFailed)
            try rounds.requireHeld()
            return outcome
        } catch is CancellationError {
            try rounds.requireHeld()
            throw CancellationError()
        }
    }
}
