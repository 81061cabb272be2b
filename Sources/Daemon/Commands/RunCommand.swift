internal import ArgumentParser
internal import Console
internal import Logging
internal import Rounds
internal import ServiceLifecycle
internal import UnixSignals

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Train, relabel and publish, round by round.",
        discussion: """
            Runs the rounds that the configuration plans. Killed at any moment, it goes on where it was when it is \
            started again; SIGTERM and Ctrl-C end it cleanly after the step in hand. Logs in as a member of lacuna_trainer.
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Read the run's configuration from this YAML file.")
    var config: String?

    @Flag(help: "Run one full run and exit.")
    var once = false

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
        let outcome = try await follow(session)
        if case .stopped = outcome { throw ExitCode(ExitStatus.interrupted.rawValue) }
    }

    /// Runs driver and heartbeat together until the run ends or a signal asks it to.
    private func follow(_ session: DaemonSession) async throws -> RunOutcome? {
        let stop = StopFlag()
        let rounds = CatalogRoundStore(
            session.catalog, configuration: session.configuration, worker: WorkerName.ofThisProcess)
        let driver = try await session.makeDriver(rounds, observer: RunProgress(options.output), stop: stop)
        let connection = try await session.connectAgain()
        let outcome = Outcome()
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: RunService(
                            driver: driver, plan: session.configuration.plan, stop: stop, outcome: outcome),
                        successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(
                        service: HeartbeatService(
                            store: rounds, connection: connection,
                            leaseSeconds: session.configuration.daemon.leaseSeconds, stop: stop),
                        successTerminationBehavior: .ignore),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "lacunad") { _ in SwiftLogNoOpLogHandler() }))
        try await group.run()
        return outcome.outcome
    }
}
