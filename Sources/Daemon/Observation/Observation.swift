internal import Console
internal import Glibc
internal import Jobs
internal import Logging
internal import Monitoring
internal import Plans
internal import Rounds
internal import ServiceLifecycle

/// What a daemon is seen by: log lines, metrics, health, notifications of the service manager, and hooks.
///
/// The parts exist always, so that services report to them; only what was asked for is served or sent.
struct Observation: Sendable {
    let logger: Logger
    let metrics = LacunaMetrics()
    let health = Health()
    let hooks: HookQueue
    /// Nil where no service manager waits for notifications.
    let manager: ServiceManager?
    private let metricsPort: Int?
    private let output: Output?

    /// - Parameter output: where the address of the metrics is printed; nil: nowhere but in the log.
    /// - Throws: `MonitoringError` for variables of a service manager that cannot be meant.
    init(_ options: ObservationOptions, _ notify: NotifySettings, logger: Logger, output: Output? = nil) throws {
        (self.logger, self.output, metricsPort) = (logger, output, options.metricsPort)
        manager = try ServiceManager(environment: Self.environment, process: getpid())
        hooks = HookQueue([], limit: .zero, logger: logger)
        self.notify(as: notify)
    }

    /// The variables that a service manager sets.
    static var environment: [String: String] {
        let names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM"]
        let pairs = names.compactMap { name in getenv(name).map { (name, String(cString: $0)) } }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// Tells those whom the settings name of the events that follow.
    func notify(as settings: NotifySettings) {
        let all: [(any Hook)?] = [settings.command.map { CommandHook($0) }, settings.webhook.flatMap { Webhook($0) }]
        hooks.deliver(to: all.compactMap(\.self), limit: .seconds(settings.seconds))
    }

    /// The observers of one run.
    func observers(run: String) -> [any RoundObserver & ClaimObserver] {
        var observers: [any RoundObserver & ClaimObserver] = [
            RunLog(logger: logger), MetricsObserver(metrics: metrics, run: run), HookObserver(hooks, run: run),
        ]
        if let manager { observers.append(StatusObserver(manager: manager, run: run)) }
        return observers
    }

    /// The services that come first in a group, so that they are shut down after those that do the work.
    var outerServices: [any Service] {
        var services: [any Service] = [hooks]
        guard let metricsPort else { return services }
        let (output, logger) = (output, logger)
        services.append(
            MetricsServer(port: metricsPort, registry: metrics.registry, health: health) { port in
                output?.note("metrics on http://127.0.0.1:\(port)/metrics")
                logger.info("metrics served", [.port: port])
            })
        return services
    }

    /// Counts the jobs where metrics are served.
    ///
    /// - Parameter queue: opens a queue on a connection of its own.
    func queueMeter(on queue: () async throws -> JobQueue) async throws -> QueueMeter? {
        if metricsPort == nil { return nil }
        return QueueMeter(queue: try await queue(), metrics: metrics, logger: logger)
    }

    /// Runs `body`, which reads the configuration again, while the service manager knows of it.
    func reloading<T>(_ body: () async throws -> T) async rethrows -> T {
        manager?.notify(.reloading(microseconds: ServiceManager.monotonicMicroseconds))
        defer { manager?.notify(.ready) }
        return try await body()
    }

    /// The services that come last in a group, so that a shutdown reaches them first.
    var innerServices: [any Service] {
        manager.map { [ServiceManagerService($0, health: health, logger: logger)] } ?? []
    }
}
