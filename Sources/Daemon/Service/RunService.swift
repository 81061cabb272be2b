internal import Rounds
internal import ServiceLifecycle
internal import Synchronization
internal import System

/// One run of INERRANT as a service: it ends with the run, or on a graceful shutdown after the current step.
struct RunService: Service {
    let execution: RunExecution
    let stop: StopFlag
    let outcome: OutcomeBox

    func run() async throws {
        let (execution, stop) = (execution, stop)
        do {
            let result = try await withGracefulShutdownHandler {
                try await execution.run()
            } onGracefulShutdown: {
                stop.raise()
            }
            outcome.set(result)
        } catch {
            if !(error is CancellationError) { execution.observer.failed(with: error) }
            throw error
        }
    }
}

/// How the run ended, for the caller of the service group.
final class OutcomeBox: Sendable {
    private let outcome = Mutex<RunOutcome?>(nil)
    func set(_ outcome: RunOutcome) { self.outcome.withLock { $0 = outcome } }
    var value: RunOutcome? { outcome.withLock { $0 } }
}
