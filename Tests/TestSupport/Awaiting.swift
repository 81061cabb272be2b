/// The event that a test awaited did not occur in time.
public struct EventTimeout: Error, CustomStringConvertible {
    public let event: String
    public var description: String { "timed out after two minutes: \(event)" }
}

/// Polls until `isThere` returns true, for at most two minutes, so that a test that hangs fails with the event's name.
///
/// - Throws: `EventTimeout`, and the errors of `isThere`.
public func awaits(_ event: String, isThere: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while try await !isThere() {
        guard ContinuousClock.now < deadline else { throw EventTimeout(event: event) }
        await Task.yield()
    }
}
