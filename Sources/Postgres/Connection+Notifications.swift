internal import CLibPQ
internal import Glibc

/// A message of `NOTIFY`.
public struct Notification: Hashable, Sendable {
    public let channel: String
    public let payload: String
    public let backendProcess: Int
}

extension Connection {
    /// Starts listening to a channel; the name is an identifier of the program, never data.
    public func listen(_ channel: String) throws(PostgresError) { try execute("listen \"\(channel)\"") }

    /// Waits for a notification, and returns all that have arrived; empty after `timeout`.
    ///
    /// The connection cannot run statements meanwhile, so a listener needs a connection of its own.
    public func notifications(waitingAtMost timeout: Duration) throws(PostgresError) -> [Notification] {
        let deadline = ContinuousClock.now + timeout
        while true {
            let found = try received()
            let left = deadline - .now
            if !found.isEmpty || left <= .zero { return found }
            try waitForInput(left)
        }
    }

    private func received() throws(PostgresError) -> [Notification] {
        let handle = try requireHandle()
        guard PQconsumeInput(handle) == 1 else { throw .connectionLost(statement: "listen") }
        var found: [Notification] = []
        while let next = PQnotifies(handle) {
            found.append(
                Notification(
                    channel: String(cString: next.pointee.relname), payload: String(cString: next.pointee.extra),
                    backendProcess: Int(next.pointee.be_pid)))
            PQfreemem(next)
        }
        return found
    }

    private func waitForInput(_ timeout: Duration) throws(PostgresError) {
        let socket = PQsocket(try requireHandle())
        guard socket >= 0 else { throw .connectionLost(statement: "listen") }
        let (seconds, attoseconds) = timeout.components
        let milliseconds = min(Int64(Int32.max), seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        poll(&descriptor, 1, Int32(milliseconds))
    }
}
