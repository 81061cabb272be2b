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
    private var newest: OpenRound?

    /// A round with what its volumes need, as of a revision of the catalogue.
    private struct OpenRound {
        let id: RoundID
        let revision: Revision
        let plan: RunPlan
        let organs: [OrganKey]
        let record: RoundRecord
        let weights: RoundWeights
        let worker: VolumeWorker
        var pooled: [ScoreHistogram?]?
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
        let ending: JobAttempt.Ending
        let health = observation.health
        health.watch(.progress, within: .seconds(60 * settings.value.stallMinutes))
        defer { health.unwatch(.progress) }
        do {
            ending = try await JobAttempt(queue: queue, claims: claims, job: job).run(rethrowing: false) {
                try await result(of: job)
            }
        } catch is CancellationError {
            return
        }
        report(job, ending)
    }

    private func result(of job: ClaimedJob) async throws -> String? {
        guard let round = job.round, let volume = job.volume else { return nil }
        let open = try await self.round(RoundID(round))
        let task = VolumeWorker.Task(
            volume: VolumeID(volume), round: open.record, weights: open.weights, attempt: job.attempt,
            isStopping: { [stop, health = observation.health] in
                health.report(.progress)
                return stop.isRaised
            })
        if job.kind == .predict { return try await open.worker.measure(task).json() }
        _ = try await open.worker.relabel(
            task, round: open.id, under: Claim(job.claim), pooled: try await pooled(open))
        return nil
    }

    /// The round with the snapshot of its run, which is read again after each change of the catalogue: volumes may have been
    /// removed.
    private func round(_ id: RoundID) async throws -> OpenRound {
        let revision = try await trainer.catalog.currentRevision()
        if let newest, newest.id == id, newest.revision == revision, newest.record.relabelling != nil { return newest }
        newest = nil
        let opened = try await open(id, as: revision)
        newest = opened
        return opened
    }

    private func open(_ id: RoundID, as revision: Revision) async throws -> OpenRound {
        let catalog = trainer.catalog
        guard let run = try await catalog.run(of: id) else {
            throw RoundsError.unrecoverable(reason: "the round of the job does not exist")
        }
        let session = try await DaemonSession(
            trainer, try RunConfiguration(json: run.configuration.text).with(daemon: settings.value))
        let plan = session.configuration.plan
        let snapshot = RunSnapshot(
            organs: plan.organs.map { OrganKey($0) }, volumes: try await catalog.volumes(of: run.run),
            labels: try await catalog.labels(of: run.run))
        let record = try await record(run)
        return OpenRound(
            id: id, revision: revision, plan: plan, organs: snapshot.organs, record: record,
            weights: try await weights(of: id, record, plan),
            worker: try await session.makeParts(snapshot).volumes)
    }

    private func record(_ run: RunOfRound) async throws -> RoundRecord {
        guard let stored = try await trainer.catalog.rounds(of: run.run).first(where: { $0.number == run.number })
        else {
            throw RoundsError.unrecoverable(reason: "round \(run.number) does not exist")
        }
        return try RoundRecord(stored)
    }

    /// The head is stored before the validation volumes are predicted and recorded with the round only after it.
    private func weights(of id: RoundID, _ record: RoundRecord, _ plan: RunPlan) async throws -> RoundWeights {
        guard let network = record.weights?.object else {
            throw RoundsError.unrecoverable(reason: "round \(record.number) is not trained")
        }
        let head = plan.confidence == .residual ? try await trainer.catalog.checkpoint(of: id, kind: .confidence) : nil
        return RoundWeights(network: network, head: head?.object)
    }

    private func pooled(_ open: OpenRound) async throws -> [ScoreHistogram?]? {
        guard open.plan.rankingPool == .round else { return nil }
        if let pooled = newest?.pooled { return pooled }
        let measures = try await queue.volumeJobs(.predict, ofRound: open.id.rawValue).compactMap(\.result)
            .map { try VolumeMeasures(json: $0) }
        let pooled = PooledScores.sum(of: measures, organs: open.organs)
        newest?.pooled = pooled
        return pooled
    }

    private func report(_ job: ClaimedJob, _ ending: JobAttempt.Ending) {
        let logger = observation.logger
        switch ending {
        case .done:
            observation.metrics.succeeded(at: .now)
            logger.debug("job done", [.job: job.claim.job])
        case .failed(let reason): logger.warning("job failed", [.job: job.claim.job, .reason: reason])
        case .dead(let reason): logger.error("job dead", [.job: job.claim.job, .reason: reason])
        case .lost: logger.warning("job lost", [.job: job.claim.job])
        }
    }
}
