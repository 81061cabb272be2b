package import Cluster
package import Postgres

extension Output {
    /// How long a command waits for a server that starts, recovers or stops.
    private static let startPatience = Duration.seconds(600)

    /// Connects, and waits with a note for a server that starts, recovers after a crash or stops.
    ///
    /// - Throws: `PostgresError.connectionFailed`; `PostgresError.notAccepting` after ten minutes.
    func connectWaiting(_ settings: ConnectionSettings) async throws -> Connection {
        let start = ContinuousClock.now
        var isNoted = false
        while true {
            do {
                return try await Connection.connect(settings)
            } catch {
                let waited = start.duration(to: .now)
                guard case .notAccepting(let message) = error, waited < Self.startPatience else { throw error }
                if !isNoted && waited > .seconds(1) {
                    note("Waiting for the database server: \(message)")
                    isNoted = true
                }
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Runs `body`, and notes who holds a lock for which a statement of the connection waits for over a second.
    package func notingLocks<T>(
        of connection: Connection, _ settings: ConnectionSettings, _ body: () async throws -> T
    ) async throws -> T {
        let watch = StatementWatch(connection, settings: settings) { holder in
            note("Waiting for a lock that another session holds: \(holder)")
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// Notes what the start or the stop of the embedded server waits for.
    package func note(_ wait: ClusterWait) {
        switch wait {
        case .lock(let holder):
            note("Waiting for \(holder.map { "process \($0)" } ?? "another process"), which works on the database.")
        case .start(let process, nil): note("Waiting for the database server to start, process \(process).")
        case .start(let process, let recovery?):
            note("Waiting for the database server, process \(process), which recovers after a crash: \(recovery)")
        case .stop(let process, nil): note("Waiting for the database server to stop, process \(process).")
        case .stop(let process, let recovery?):
            note("Waiting for the database server, process \(process), to stop during its recovery: \(recovery)")
        case .immediateStop(let process):
            note(
                "The database server, process \(process), has not stopped in time. It is stopped without a checkpoint; nothing "
                    + "committed is lost.")
        }
    }
}
