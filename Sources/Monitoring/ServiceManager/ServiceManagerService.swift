public import Logging
public import ServiceLifecycle

/// Tells the service manager that the program is ready, makes progress, and stops.
///
/// Its watchdog is fed twice in its time, but only while every watched part of `Health` reports, so that a program whose work hangs
/// is restarted although its other threads run. A part that reports a failure does not hang: a restart would not help. As the last
/// service of its group it is the first to be stopped.
public struct ServiceManagerService: Service {
    private let manager: ServiceManager
    private let health: Health
    private let logger: Logger

    public init(_ manager: ServiceManager, health: Health, logger: Logger) {
        (self.manager, self.health, self.logger) = (manager, health, logger)
    }

    public func run() async throws {
        notify(.ready)
        await withGracefulShutdownHandler {
            guard let time = manager.watchdogTime else {
                try? await gracefulShutdown()
                return
            }
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                feedWatchdog()
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: time / 2) }
            }
        } onGracefulShutdown: {
            notify(.stopping)
        }
    }

    private func feedWatchdog() {
        let problems = health.problems
        let silent = problems.filter(\.isSilent)
        for problem in silent {
            logger.error("no progress", [.part: problem.part.rawValue, .reason: problem.reason])
        }
        if silent.isEmpty { notify(.watchdog) }
        if problems.isEmpty { return }
        manager.notify(.status(problems.map { "\($0.part.rawValue): \($0.reason)" }.joined(separator: "; ")))
    }

    private func notify(_ notification: ServiceManager.Notification) {
        if !manager.notify(notification) { logger.warning("service manager cannot be notified", [:]) }
    }
}
