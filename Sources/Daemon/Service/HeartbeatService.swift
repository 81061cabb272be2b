internal import Postgres
internal import Rounds
internal import ServiceLifecycle

/// Renews the claim on a connection of its own three times a lease; a lost claim stops the run.
struct HeartbeatService: Service {
    let store: CatalogRoundStore
    let connection: Connection
    let leaseSeconds: Double
    let stop: StopFlag

    func run() async throws {
        while !Task.isShuttingDownGracefully, !stop.isRaised {
            guard try await store.heartbeat(on: connection) else {
                stop.raise()
                return
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(leaseSeconds / 3)) }
        }
    }
}
