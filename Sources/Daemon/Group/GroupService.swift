internal import ServiceLifecycle
internal import System

/// Keeps the other processes of a run waiting while the first one does not train, until the group of services shuts it down after the run.
struct GroupService: Service {
    let group: RunGroup
    /// Raised where another process is asked to stop.
    let stop: StopFlag
    /// Called with the error that ends the service.
    let failed: @Sendable (any Error) -> Void

    func run() async throws {
        do {
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                if try await group.keepWaiting() { stop.raise() }
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.pause) }
            }
        } catch {
            // A signal to all processes may end another one first.
            if stop.isRaised { return }
            failed(error)
            throw error
        }
    }

    /// The longest time in which the death of another process is not noticed.
    private static let pause = Duration.seconds(1)
}
