internal import Catalog
internal import Domain
internal import Jobs
internal import Learning
internal import Logging
internal import Monitoring
internal import Plans
internal import Postgres
internal import Rounds
internal import System
internal import Workflows

/// Predicts and relabels volumes for rounds of runs that other daemons hold.
actor RoundVolumes {
    private let trainer: TrainerSession
    private let settings: LiveSettings
    private let queue: JobQueue
    private let claims: HeldClaims
    private let stop: StopFlag
    private let observation: Observation
    private var newest: OpenRun?
    /// Scores over all volumes of a round, by the weights that made them.
    private var pooled: (weights: RoundWeights, scores: [ScoreHistogram?])?

    /// A run with what its volumes need, as of a revision of the catalogue and settings of the daemon.
    private struct OpenRun {
        let id: RunID
        let revision: Revision
        let settings: DaemonSettings
        let outside: TrainerSettings
        let plan: RunPlan
        let worker: VolumeWorker
    }

    init(
        trainer: TrainerSession, settings: LiveSettings, queue: JobQueue, claims: HeldClaims, stop: StopFlag,
        observation: Observation
    ) {
        (self.trainer, self.settings, self.queue, self.claims) = (trainer, settings, queue, claims)
        (self.stop, self.observation) = (stop, observation)
    }

    /// - Throws: the errors of the connection.
    func perform(_ job: ClaimedJob) async throws {
        guard try await mayPerform(job) else { return }
        let ending: JobAttempt.Ending
        let health = observation.health
        health.watch(.progress, within: .seconds(60 * settings.value.stallMinutes))
        defer { health.unwatch(.progress) }
        do {
            let attempt = JobAttempt(queue: queue, claims: claims, job: job)
            ending = try await attempt.run(rethrowing: false) { try await result(of: job, lost: attempt.lost) }
        } catch is CancellationError {
            return
        }
        observation.report(job, ending)
    }

    /// Leaves the job of a run whose outside program this daemon does not start to other daemons.
    private func mayPerform(_ job: ClaimedJob) async throws -> Bool {
        guard let id = job.round.map({ RoundID($0) }), let run = try await trainer.catalog.run(of: id),
            let command = try? RunConfiguration(json: run.configuration.text).trainer.command
        else { return true }
        do {
            try TrainerConsent.only(settings.trainer).require(command, of: run.name)
            return true
        } catch {
            try await queue.release(job.claim)
            observation.logger.notice("job left", [.job: job.claim.job, .reason: FailureReason.text(of: error)])
            let end = ContinuousClock.now + Self.pauseAfterLeaving
            while !stop.isRaised, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(200)) }
            return false
        }
    }

    /// So that a daemon that can do the job has the time to take it.
    private static let pauseAfterLeaving = Duration.seconds(10)

    /// Frees the memory of the run of the last job.
    func close() { (newest, pooled) = (nil, nil) }

    private func result(of job: ClaimedJob, lost: StopFlag) async throws -> String? {
        guard let id = job.round.map({ RoundID($0) }), let volume = job.volume else { return nil }
        guard let run = try await trainer.catalog.run(of: id), let stored = try await trainer.catalog.round(id) else {
            throw RoundsError.unrecoverable(reason: "the round of the job does not exist")
        }
        let (open, record) = (try await self.open(run), try RoundRecord(stored))
        let task = VolumeWorker.Task(
            volume: VolumeID(volume), round: record, weights: try await weights(of: id, record, open.plan),
            isStopping: { [stop, health = observation.health] in
                health.report(.progress)
                return stop.isRaised || lost.isRaised
            })
        if job.kind == .predict { return try await open.worker.measure(task).json() }
        return try await open.worker.relabel(
            task, round: id, under: Claim(job.claim), pooled: try await scores(id, task.weights, open)
        ).json()
    }

    /// The run with its snapshot, which is read again after each change of the catalogue: volumes may have been removed.
    private func open(_ run: RunOfRound) async throws -> OpenRun {
        let catalog = trainer.catalog
        let (revision, outside) = (try await catalog.currentRevision(), settings.trainer)
        let settings = settings.value
        if let newest, newest.id == run.run, newest.revision == revision, newest.settings == settings,
            newest.outside == outside
        {
            return newest
        }
        close()
        let session = try await DaemonSession(
            trainer, try RunConfiguration(json: run.configuration.text).with(daemon: settings).with(trainer: outside),
            .only(outside))
        let plan = session.configuration.plan
        let snapshot = try await RunOpening(catalog: catalog).snapshot(of: run.run, plan)
        let opened = OpenRun(
            id: run.run, revision: revision, settings: settings, outside: outside, plan: plan,
            worker: try await session.makeParts(snapshot).volumes)
        newest = opened
        return opened
    }

    /// The head is stored before the validation volumes are predicted and recorded with the round only after it.
    private func weights(of id: RoundID, _ record: RoundRecord, _ plan: RunPlan) async throws -> RoundWeights {
        guard let network = record.weights?.object else {
            throw RoundsError.unrecoverable(reason: "round \(record.number) is not trained")
        }
        let head = plan.confidence.hasHead ? try await trainer.catalog.checkpoint(of: id, kind: .confidence) : nil
        return RoundWeights(round: record.number, network: network, head: head?.object)
    }

    /// The scores over the training volumes, as the daemon that holds the run sums them; nil where organs are ranked by volume.
    private func scores(_ id: RoundID, _ weights: RoundWeights, _ open: OpenRun) async throws -> [ScoreHistogram?]? {
        guard open.plan.rankingPool == .round else { return nil }
        if let pooled, pooled.weights == weights { return pooled.scores }
        let library = open.worker.library
        let training = Set(library.snapshot.volumes(in: .train).map(\.id.rawValue))
        let sum = try await queue.combineResults(.predict, ofRound: id.rawValue, into: PooledScores()) {
            if training.contains($1.volume) { $0.add(try VolumeMeasures(json: $1.result)) }
        }
        let scores = sum.histograms(of: library.organs)
        pooled = (weights, scores)
        return scores
    }
}
