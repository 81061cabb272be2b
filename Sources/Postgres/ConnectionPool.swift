/// Connections with the same settings, opened on demand; each is used by one task at a time.
public actor ConnectionPool {
    private let settings: ConnectionSettings
    private let limit: Int
    private var idle: [Connection] = []
    private var open = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Precondition: `limit` is at least 1.
    public init(_ settings: ConnectionSettings, limit: Int = 4) {
        precondition(limit > 0, "a pool has at least one connection")
        self.settings = settings
        self.limit = limit
    }

    /// Runs `body` with a connection; waits while all are in use. A broken connection is closed and not used again.
    public nonisolated func withConnection<T>(_ body: (Connection) async throws -> T) async throws -> T {
        let connection = try await take()
        do {
            let value = try await body(connection)
            await give(connection)
            return value
        } catch {
            await give(connection)
            throw error
        }
    }

    /// Closes the idle connections.
    public func close() async {
        let closing = idle
        idle = []
        open -= closing.count
        for connection in closing { await connection.close() }
    }

    private func take() async throws -> Connection {
        while idle.isEmpty && open >= limit { await withCheckedContinuation { waiting.append($0) } }
        if let connection = idle.popLast() { return connection }
        open += 1
        do {
            return try await Connection.connect(settings)
        } catch {
            release()
            throw error
        }
    }

    private func give(_ connection: Connection) async {
        let isFit = await connection.isFitForReuse
        if isFit {
            idle.append(connection)
            wakeOne()
        } else {
            await connection.close()
            release()
        }
    }

    private func release() {
        open -= 1
        wakeOne()
    }

    private func wakeOne() { if !waiting.isEmpty { waiting.removeFirst().resume() } }
}
