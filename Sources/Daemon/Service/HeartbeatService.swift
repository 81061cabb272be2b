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
    let lease: LeaseTime
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
    private var patienceInSeconds: Double { max(10, lease.seconds) }

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

    /// - Returns: the pause before the next heartbeat. It is that of the shorter lease where the lease was changed, because a claim that
    ///   was made meanwhile has the one before.
    private func beat() async throws -> Duration {
        let before = lease.follow()
        if before != lease.seconds { watch() }
        let renewals = try await renewWhileTheServerAnswers()
        return renewals.contains(.locked) ? Self.pauseWhileLocked : .seconds(min(before, lease.seconds) / 3)
    }

    /// Short, because the lease may end meanwhile.
    private static let pauseWhileLocked = Duration.milliseconds(200)

    private func renewWhileTheServerAnswers() async throws -> [Renewal] {
        let patience = patienceInSeconds
        return try await withThrowingTaskGroup(of: [Renewal]?.self) { group in
            group.addTask { try await renewAll() }
            group.addTask {
                try await Task.sleep(for: .seconds(patience))
                return nil
            }
            defer { group.cancelAll() }
            if let renewals = try await group.next() ?? nil {
                report()
                return renewals
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

    private func renewAll() async throws -> [Renewal] {
        var renewals: [Renewal] = []
        for claim in claims.all { renewals.append(try await renew(claim)) }
        if renewals.isEmpty { try await queue.ping() }
        return renewals
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
