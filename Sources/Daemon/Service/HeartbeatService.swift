internal import Postgres
internal import Rounds
internal import ServiceLifecycle

/// Renews the claim on a connection of its own three times a lease, until the group shuts it down after the run.
///
/// It throws where the claim or the connection is lost; the group then ends the run after the step in hand. A server that
/// does not answer in time, frozen or cut off, is given up: the run's own connection may wait for it without end.
struct HeartbeatService: Service {
    let store: CatalogRoundStore
    let connection: Connection
    /// What the run works on.
    let working: Connection
    let run: String
    let leaseSeconds: Double

    /// A beat takes milliseconds; a busy machine may need some seconds.
    private var patienceInSeconds: Double { max(10, leaseSeconds) }

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            guard try await beat() else { throw RoundsError.leaseLost(run: run) }
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
            for abandoned in [connection, working] { abandoned.abandon() }
            throw DaemonError.serverSilent(seconds: Int(patience))
        }
    }
}
