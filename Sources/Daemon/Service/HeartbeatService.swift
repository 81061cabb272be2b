internal import Jobs
internal import Logging
internal import Monitoring
internal import Postgres
internal import ServiceLifecycle

/// Renews the claims that are held three times per lease, on a connection of its own, until the group shuts it down after the work.
///
/// The loss of a claim is reported to its holder. Where the server does not answer in time, both connections are closed, because
/// the work's own could wait for an answer without end, and the service throws.
struct HeartbeatService: Service {
    let claims: HeldClaims
    /// On the connection of the heartbeats.
    let queue: JobQueue
    /// The connection of the work.
    let working: Connection
    let logger: Logger
    /// Receives a report for each answer of the server.
    var health = Health()
    var metrics = LacunaMetrics()
    /// Called with the error that ends the service.
    var failed: @Sendable (any Error) -> Void = { _ in }

    /// A heartbeat takes milliseconds; a busy machine may need some seconds.
    private var patienceInSeconds: Double { max(10, queue.leaseSeconds) }

    func run() async throws {
        do {
            try await renewUntilShutdown()
        } catch {
            failed(error)
            throw error
        }
    }

    /// Goes on while a graceful shutdown waits for the work.
    func renewUntilCancelled() async throws {
        watch()
        defer { health.unwatch(.heartbeat) }
        while !Task.isCancelled {
            let pause = try await beat()
            try? await Task.sleep(for: pause)
        }
    }

    private func watch() {
        // Before patience ends, so that it is seen from outside.
        let limit = Duration.seconds(patienceInSeconds * 2 / 3)
        for part in [Health.Part.heartbeat, .database] { health.watch(part, within: limit) }
    }

    private func renewUntilShutdown() async throws {
        watch()
        defer { health.unwatch(.heartbeat) }
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let pause = try await beat()
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
        }
    }

    /// - Returns: the pause before the next heartbeat.
    private func beat() async throws -> Duration {
        let patience = patienceInSeconds
        return try await withThrowingTaskGroup(of: Duration?.self) { group in
            group.addTask { try await renewAll() }
            group.addTask {
                try await Task.sleep(for: .seconds(patience))
                return nil
            }
            defer { group.cancelAll() }
            if let pause = try await group.next() ?? nil {
                report()
                return pause
            }
            health.fail(.database, "the server does not answer")
            logger.error("database server silent", [.seconds: patience])
            for abandoned in [queue.connection, working] { abandoned.abandon() }
            throw DaemonError.serverSilent(seconds: Int(patience))
        }
    }

    private func report() {
        for part in [Health.Part.heartbeat, .database] { health.report(part) }
    }

    /// - Returns: the pause before the next heartbeat: short where a job is locked, because its lease may end meanwhile.
    private func renewAll() async throws -> Duration {
        let held = claims.all
        var isLocked = false
        for claim in held {
            if try await renew(claim) == .locked { isLocked = true }
        }
        if held.isEmpty { try await queue.ping() }
        return isLocked ? .milliseconds(200) : .seconds(queue.leaseSeconds / 3)
    }

    private func renew(_ claim: JobClaim) async throws -> Renewal {
        do {
            let renewal = try await queue.heartbeat(claim)
            if renewal != .lost { return renewal }
            metrics.leasesExpired()
            logger.error("lease lost", [.job: claim.job])
            claims.lose(claim, nil)
        } catch let error as PostgresError where error.isEndOfWork {
            logger.error("lease lost", [.job: claim.job])
            claims.lose(claim, error)
        }
        return .lost
    }
}
