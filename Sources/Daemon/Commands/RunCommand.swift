internal import ArgumentParser
internal import Console
internal import Logging
internal import Rounds
internal import ServiceLifecycle
internal import UnixSignals
internal import System

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Train, relabel and publish, round by round.",
        discussion: """
            Runs the rounds that the configuration plans. Killed at any moment, it goes on where it was when it is \
            started again; SIGTERM and Ctrl-C end it cleanly after the step in hand, with exit status 130. A run that \
            another daemon holds is waited for until that one's lease ends, or left alone (5) if it proves alive. Logs in \
            as a member of lacuna_trainer.
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Read the run's configuration from this YAML file.")
    var config: String?

    @Flag(help: "Run one full run and exit.")
    var once = false

    @Flag(help: "Take up again a round that failed.")
    var retryFailed = false

    @Flag(help: "Print every configuration key with its default and exit.")
    var defaults = false

    func validate() throws {
        if defaults { return }
        if config == nil { throw ValidationError("Name the configuration: --config FILE.") }
        if !once { throw ValidationError("Give --once.") }
    }

    func run() async throws {
        if defaults { return ConfigurationHelp.report(options.output) }
        guard let config else { return }
        let configuration = try DaemonConfiguration(contentsOf: config)
        let session = try await DaemonSession.open(options, configuration)
        do {
            if case .stopped = try await follow(session) { throw ExitCode(ExitStatus.interrupted.rawValue) }
        } catch is CancellationError {
            options.output.note("stopped; start again to go on")
            throw ExitCode(ExitStatus.interrupted.rawValue)
        }
    }

    /// Runs driver and heartbeat together until the run ends or a signal asks it to.
    private func follow(_ session: DaemonSession) async throws -> RunOutcome? {
        let (stop, progress, outcome) = (StopFlag(), RunProgress(options.output), Outcome())
        let name = session.configuration.plan.name
        let rounds = CatalogRoundStore(
            session.catalog, configuration: session.configuration, worker: WorkerName.ofThisProcess, stop: stop,
            waiting: { progress.wait(for: $0) },
            hidden: { progress.hide(name, behind: $0) })
        let driver = try await session.makeDriver(rounds, observer: progress, stop: stop)
        let plan = session.configuration.plan
        let heartbeat = HeartbeatService(
            store: rounds, connection: try await session.connectAgain(), working: session.session.connection,
            run: plan.name,
            leaseSeconds: session.configuration.daemon.leaseSeconds)
        let run = RunService(driver: driver, plan: plan, retriesFailed: retryFailed, stop: stop, outcome: outcome)
        try await group(heartbeat, run).run()
        return outcome.outcome
    }

    /// The group shuts down its last service first: the heart beats until the run has ended.
    private func group(_ heartbeat: HeartbeatService, _ run: RunService) -> ServiceGroup {
        func member(_ service: any Service) -> ServiceGroupConfiguration.ServiceConfiguration {
            .init(
                service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup)
        }
        return ServiceGroup(
            configuration: .init(
                services: [member(heartbeat), member(run)], gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "lacunad") { _ in SwiftLogNoOpLogHandler() }))
    }
}
