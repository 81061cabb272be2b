internal import Postgres
internal import Rounds
internal import ServiceLifecycle

/// Renews the claim on a connection of its own three times a lease, until the group shuts it down after the run.
///
/// It throws where the claim or the connection is lost; the group then ends the run after the step in hand.
struct HeartbeatService: Service {
    let store: CatalogRoundStore
    let connection: Connection
    let run: String
    let leaseSeconds: Double

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            guard try await store.heartbeat(on: connection) else { throw RoundsError.leaseLost(run: run) }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(leaseSeconds / 3)) }
        }
    }
}
