import Testing

/// Daemons that serve, train together or run an outside trainer. They are tested one after another beside `DaemonTests`: most processes
/// here have one thread.
@Suite(.serialized, .worldOfItsOwn) enum ServiceTests {}

/// The tests of the suite use another world than those of other suites.
private struct WorldOfItsOwn: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await World.$current.withValue(World()) { try await body() }
    }
}

extension Trait where Self == WorldOfItsOwn {
    fileprivate static var worldOfItsOwn: Self { WorldOfItsOwn() }
}
