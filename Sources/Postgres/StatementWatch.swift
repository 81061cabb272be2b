/// Watches what delays the statements of a connection: another session's lock, or a server that does not respond.
///
/// It looks from a connection of its own once a statement has run for a second, and then less and less often.
public struct StatementWatch: Sendable {
    private let connection: Connection
    private let settings: ConnectionSettings
    private let patience: Duration
    private let report: @Sendable (LockHolder) -> Void

    /// - Parameters:
    ///   - settings: those of the connection.
    ///   - patience: how long a server may be silent before the connection is abandoned.
    ///   - report: called with the holder of a lock for which a statement waits, once for each holder and statement.
    public init(
        _ connection: Connection, settings: ConnectionSettings, patience: Duration = .seconds(60),
        report: @escaping @Sendable (LockHolder) -> Void
    ) {
        (self.connection, self.settings, self.patience, self.report) = (connection, settings, patience, report)
    }

    /// Watches until the task is cancelled. A statement that a silent server does not answer throws `PostgresError.serverSilent`.
    public func run() async {
        while await pause(.milliseconds(500)) {
            if let call = connection.running.call, call.start.duration(to: .now) > .seconds(1) { await follow(call) }
        }
    }

    private func follow(_ call: RunningStatement.Call) async {
        var interval = Duration.seconds(1)
        var answer = ContinuousClock.now
        var reported: LockHolder?
        while connection.running.call == call {
            switch await look() {
            case .holder(let holder):
                answer = .now
                guard connection.running.note(holder, for: call) else { return }
                if holder.process != reported?.process { report(holder) }
                reported = holder
            case .nothing: answer = .now
            case .silence:
                if answer.duration(to: .now) > patience && connection.running.noteSilence(for: call) {
                    return connection.abandon()
                }
            }
            guard await pause(interval) else { return }
            interval = min(interval * 2, .seconds(5))
        }
    }

    private enum Finding {
        case holder(LockHolder), nothing, silence
    }

    private func look() async -> Finding {
        let observer = settings.with("connect_timeout", "5").with("application_name", "lacuna: who holds a lock")
        do {
            let eye = try await Connection.connect(observer)
            let holder = try await eye.first(FindLockHolder(waiting: connection.running.backend))
            await eye.close()
            return holder.map { .holder($0) } ?? .nothing
        } catch {
            // A server may refuse another connection, for one because it has too many, and be well.
            return await ServerPing(observer).responds() ? .nothing : .silence
        }
    }

    /// False where the task is cancelled.
    private func pause(_ duration: Duration) async -> Bool { (try? await Task.sleep(for: duration)) != nil }
}
