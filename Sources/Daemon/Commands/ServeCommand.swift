internal import ArgumentParser
internal import Console
internal import Jobs
internal import Learning
internal import Logging
internal import Monitoring
internal import Plans
internal import ServiceLifecycle
internal import Tensors
internal import UnixSignals
internal import Workflows

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run schedules and jobs until it is stopped.",
        discussion: """
            Fires the ticks of schedules, trains their runs, and predicts and relabels volumes for the rounds of other daemons. Any \
            number of daemons can serve one catalogue. A daemon connects again where the database server was away.

            SIGTERM and Ctrl-C end it after the current step, with a checkpoint stored and its leases given back. SIGHUP reads --config \
            again: leases and notifications change at once, the rest for jobs that begin later. SIGUSR1 stores a checkpoint after the current step. The login must be a member of \
            lacuna_trainer.

            EXAMPLE:
              $ lacunad serve --kinds predict,relabel --metrics-port 9464
              time=2026-05-04T02:00:00.120Z level=info message="daemon serves" worker=host:4711
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("file", "YAML file with the sections daemon and notify. (default: their defaults)"))
    var config: String?

    @Option(
        help: .value(
            "kinds",
            "Kinds of jobs that it takes, separated by commas: run, predict, relabel, fingerprint, verify. (default: all)"
        )
    )
    var kinds: String?

    @OptionGroup var observing: ObservationOptions

    func validate() throws { _ = try jobKinds() }

    func run() async throws {
        SignalService.ignore([.sigusr1, .sighup])
        let logger = observing.makeLogger(standardLevel: .info)
        do {
            try await serve(logger)
        } catch {
            throw ExitCode(logger.end(with: error).rawValue)
        }
    }

    private func serve(_ logger: Logger) async throws {
        try GroupMembership.requireNone()
        let sections = try readConfiguration()
        let observation = try Observation(observing, sections.notify, logger: logger)
        let (settings, requests) = (LiveSettings(sections), CheckpointRequest())
        let daemon = DaemonService(
            options: options, kinds: try jobKinds(), settings: settings, requests: requests, observation: observation)
        let signals = SignalService([.sigusr1, .sighup]) { signal in
            if signal == .sigusr1 { requests.make() } else { await reload(settings, observation) }
        }
        try await group(
            observation.outerServices + [signals, daemon] + observation.innerServices, observation.logger
        ).run()
    }

    private func readConfiguration() throws -> DaemonConfiguration {
        guard let config else { return try DaemonConfiguration([:]) }
        return try DaemonConfiguration(contentsOf: config)
    }

    /// Keeps the settings that it has where the file cannot be used.
    private func reload(_ settings: LiveSettings, _ observation: Observation) async {
        do {
            let changed = try await observation.reloading {
                let sections = try readConfiguration()
                observation.notify(as: sections.notify)
                return settings.replace(by: sections)
            }
            report(changed, observation.logger)
        } catch {
            observation.logger.error("configuration not read", [.reason: FailureReason.text(of: error)])
        }
    }

    private func report(_ changed: ChangedKeys, _ logger: Logger) {
        var values: Logger.Values = [.restart: "options and environment"]
        if !changed.now.isEmpty { values[.changed] = changed.now.joined(separator: ", ") }
        if !changed.later.isEmpty { values[.later] = changed.later.joined(separator: ", ") }
        logger.notice("configuration read again", values)
    }

    private func jobKinds() throws -> [JobKind] {
        guard let kinds else { return JobKind.allCases }
        let names = kinds.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let known = names.compactMap(JobKind.init(rawValue:))
        guard known.count == names.count, Set(known).count == known.count else {
            throw ValidationError(
                "--kinds is a list of \(JobKind.allCases.map(\.rawValue).joined(separator: ", ")), none twice.")
        }
        return known
    }

    private func group(_ services: [any Service], _ logger: Logger) -> ServiceGroup {
        ServiceGroup(
            configuration: .init(
                services: services.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    }
}
