internal import ServiceLifecycle

/// Runs `body` until it returns or the daemon is shut down, whichever is first. What still runs then is cancelled and left to the end
/// of the process: neither an attempt of libpq to connect nor a server that is silent can be interrupted.
///
/// - Throws: `CancellationError` where the daemon is shut down, and the errors of `body`.
func untilShutdown<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
    let (results, source) = AsyncThrowingStream<T, any Error>.makeStream()
    let work = Task {
        do {
            source.yield(try await body())
            source.finish()
        } catch {
            source.finish(throwing: error)
        }
    }
    return try await withGracefulShutdownHandler {
        for try await result in results { return result }
        throw CancellationError()
    } onGracefulShutdown: {
        source.finish(throwing: CancellationError())
        work.cancel()
    }
}
