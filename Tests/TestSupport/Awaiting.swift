/// What a test waited for did not come.
public struct NeverCame: Error, CustomStringConvertible {
    public let event: String
    public var description: String { "waited two minutes in vain: \(event)" }
}

/// Asks again and again until `isThere`, and gives up after two minutes, so that a test that waits in vain fails by name.
///
/// - Throws: `NeverCame`, and what `isThere` throws.
public func awaits(_ event: String, isThere: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while try await !isThere() {
        guard ContinuousClock.now < deadline else { throw NeverCame(event: event) }
        await Task.yield()
    }
}
