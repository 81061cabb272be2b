internal import Catalog
internal import Console
internal import Jobs
internal import Learning
internal import Logging
internal import Monitoring
internal import Plans
internal import Postgres
internal import ServiceLifecycle
internal import Synchronization
internal import System

/// The daemon: it fires ticks and does jobs until it is shut down. It connects again where the server was away.
struct DaemonService: Service {
    let options: GlobalOptions
    let kinds: [JobKind]
    /// Read again for every job.
    let settings: LiveSettings
    let requests: CheckpointRequest
    let observation: Observation

    /// Pauses between attempts to connect, in seconds; the last one is repeated.
    private static let pauses = [1.0, 2, 5, 10, 30]

    func run() async throws {
        let stop = StopFlag()
        let wake = WakeUp()
        try await withGracefulShutdownHandler {
            try await serveAgain(stop, wake)
        } onGracefulShutdown: {
            stop.raise()
            wake.call()
        }
    }

    private func serveAgain(_ stop: StopFlag, _ wake: WakeUp) async throws {
        var (failures, hasServed) = (0, false)
        while !stop.isRaised {
            do {
                // Longer than the wait for a server that recovers; the heartbeat sets its own limit once it is connected.
                observation.health.watch(.database, within: .seconds(900))
                let trainer = try await untilShutdown {
                    try await TrainerSession.open(options, logger: observation.logger)
                }
                try await serve(trainer, stop, wake) { (failures, hasServed) = (0, true) }
            } catch is CancellationError where stop.isRaised {
                return
            } catch {
                guard let absence = Absence(error, hasServed: hasServed) else { throw error }
                let pause = Self.pauses[min(failures, Self.pauses.count - 1)]
                report(absence, error, pause)
                failures += 1
                await wake.wait(atMost: .seconds(pause))
            }
        }
    }

    private func report(_ absence: Absence, _ error: any Error, _ pause: Double) {
        observation.health.watch(.database, within: .seconds(900))
        observation.health.fail(.database, absence.problem)
        let values: Logger.Values = [.reason: FailureReason.text(of: error), .seconds: pause]
        switch absence {
        case .server: observation.logger.error("database unreachable", values)
        case .objects: observation.logger.error("object store unreachable", values)
        }
    }

    /// Runs heartbeat, ticker and work on connections of their own until the work stops or one of them fails.
    private func serve(
        _ trainer: TrainerSession, _ stop: StopFlag, _ wake: WakeUp, isConnected: () -> Void
    ) async throws {
        let (claims, lease) = (HeldClaims(), LeaseTime { [settings] in settings.value.leaseSeconds })
        func queue(_ connection: Connection) -> JobQueue { trainer.queue(on: connection, lease: lease) }
        let working = trainer.session.connection
        let connections = try await untilShutdown {
            [try await trainer.connectAgain(), try await trainer.connectAgain()]
        }
        let heartbeat = HeartbeatService(
            claims: claims, lease: lease, queue: queue(connections[0]), working: working, logger: observation.logger,
            health: observation.health, metrics: observation.metrics)
        let ticker = Ticker(
            catalog: TrainingCatalog(connections[1], program: Program.lacunad.version), wake: wake, stop: stop,
            observation: observation)
        let jobs = JobLoop(
            queue: queue(working), kinds: kinds, wake: wake, stop: stop,
            runs: ScheduledRuns(
                trainer: trainer, settings: settings, queue: queue(working), claims: claims, stop: stop,
                requests: requests, observation: observation),
            volumes: RoundVolumes(
                trainer: trainer, settings: settings, queue: queue(working), claims: claims, stop: stop,
                observation: observation),
            images: ImageJobs(
                trainer: trainer, queue: queue(working), claims: claims, stop: stop, observation: observation),
            observation: observation)
        let meter = try await observation.queueMeter {
            queue(try await untilShutdown { try await trainer.connectAgain() })
        }
        let all = connections + [working] + [meter?.queue.connection].compactMap { $0 }
        isConnected()
        observation.logger.info("daemon serves", [.worker: WorkerName.ofThisProcess])
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await heartbeat.renewUntilCancelled()
                return false
            }
            group.addTask {
                try await ticker.run()
                return false
            }
            if let meter {
                group.addTask {
                    try await meter.run()
                    return false
                }
            }
            group.addTask {
                try await jobs.run()
                return true
            }
            defer { group.cancelAll() }
            do {
                while let isWork = try await group.next(), !isWork {}
            } catch {
                // Or the group would wait for statements that a silent server never answers.
                for connection in all { connection.abandon() }
                throw error
            }
        }
        for connection in all { await connection.close() }
    }
}
