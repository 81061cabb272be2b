internal import Logging
internal import Monitoring
internal import Postgres
internal import Rounds
internal import ServiceLifecycle

/// Renews the claim three times per lease, on a connection of its own, until the group shuts it down after the run.
///
/// It throws where the claim or the connection is lost; the group then ends the run after the current step. Where the server
/// does not answer in time, both connections are closed, because the run's own could wait for an answer without end.
struct HeartbeatService: Service {
    let store: CatalogRoundStore
    let connection: Connection
    /// The connection of the run.
    let working: Connection
    let run: String
    let leaseSeconds: Double
    let logger: Logger

    /// A heartbeat takes milliseconds; a busy machine may need some seconds.
    private var patienceInSeconds: Double { max(10, leaseSeconds) }

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            guard try await beat() else {
                logger.error("lease lost", [.run: run])
                throw RoundsError.leaseLost(run: run)
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(leaseSeconds / 3)) }
        }
    }

    /// False where the claim is lost.
    private func beat() async throws -> Bool {
        let patience = patienceInSeconds
        return try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask { try await store.heartbeat(on: connection) }
            group.addTask {
                try await Task.sleep(for: .seconds(patience))
                return nil
            }
            defer { group.cancelAll() }
            if let answer = try await group.next() ?? nil { return answer }
            logger.error("database server silent", [.run: run, .seconds: patience])
            for abandoned in [connection, working] { abandoned.abandon() }
            throw DaemonError.serverSilent(seconds: Int(patience))
        }
    }
}
