internal import ArgumentParser
internal import Console
internal import Domain
internal import Glibc
internal import Learning
internal import Logging
internal import Monitoring
internal import Plans
internal import Rounds
internal import ServiceLifecycle
internal import System
internal import Tensors
internal import UnixSignals
internal import Workflows

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Train, relabel and publish, round by round.",
        discussion: """
            Runs the rounds of the configuration. A run that was killed continues from its last state when it is started \
            again. SIGTERM, SIGHUP and Ctrl-C end it after the current step, with exit status 130; SIGUSR1 stores a checkpoint \
            after it. Where another daemon holds the \
            run, the command waits for the end of its lease and ends with exit status 5 if the lease is renewed. The login \
            must be a member of lacuna_trainer.

            Several processes, started by torchrun or with RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT, train one run together, \
            each on learning.batch patches of a step.

            With --reproduce the command repeats a round that is published or closed, in memory, from the snapshot of its run and \
            the results of the round before, and compares networks and masks bit for bit. Where something differs it lists \
            it with the known reasons, with exit status 5.

            EXAMPLE:
              $ lacunad run --once --config run.yaml
              run 2: new, starting with round 0
              round 0: training
              round 0: trained, 150 steps, loss 0.356
              round 0: ranking of predicted voxels (AUROC): confidence 0.789, …
              round 0: held-out Dice 0.681
              round 0: published 6 pseudo labels at revision 14
              …
              round 2: closed
              the run is finished
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("file", "YAML file with the configuration of the run."))
    var config: String?

    @Flag(help: "Run one full run and exit.")
    var once = false

    @Option(help: .value("run/round", "Repeat a finished round without writing anything, and compare."))
    var reproduce: RoundName?

    @Flag(help: "Restart a round that failed.")
    var retryFailed = false

    @Flag(help: "Print every configuration key with type, default and limits, and exit.")
    var defaults = false

    @OptionGroup var observing: ObservationOptions

    func validate() throws {
        if defaults { return }
        if reproduce != nil {
            guard config == nil, !once, !retryFailed else {
                throw ValidationError("--reproduce takes the configuration of the run; give it alone.")
            }
            return
        }
        if config == nil { throw ValidationError("Missing --config FILE.") }
        if !once { throw ValidationError("Missing --once.") }
    }

    func run() async throws {
        if defaults { return ConfigurationHelp.report(options.output) }
        if let reproduce { return try await self.reproduce(reproduce) }
        guard let config else { return }
        SignalService.ignore([.sigusr1])
        let configuration = try RunConfiguration(contentsOf: config)
        guard let membership = try GroupMembership.ofThisProcess() else { return try await lead(configuration) }
        try await run(configuration, as: membership)
    }

    /// Runs, as the only process or the first of several.
    func lead(_ configuration: RunConfiguration, of processes: RunGroup? = nil) async throws {
        let observation = try Observation(
            observing, configuration.notify, logger: observing.makeLogger(), output: options.output)
        do {
            let outcome = try await Program.naming(configuration.plan.name) {
                let session = try await DaemonSession.open(options, configuration)
                return try await session.session.notingLocks { try await follow(session, observation, processes) }
            }
            if case .stopped = outcome { throw ExitCode(ExitStatus.interrupted.rawValue) }
        } catch is CancellationError {
            options.output.note("stopped; start it again to continue")
            throw ExitCode(ExitStatus.interrupted.rawValue)
        }
    }

    private func reproduce(_ round: RoundName) async throws {
        try GroupMembership.requireNone()
        let reproduced = try await Program.naming(round.run) {
            let (session, run) = try await DaemonSession.open(options, run: round.run, .asked(false))
            return try await RoundReproduction(session, run: run, round: round.round).reproduce()
        }
        reproduced.report(options.output)
        if !reproduced.isEqual { throw ExitCode(ExitStatus.conflict.rawValue) }
    }

    /// Runs driver and heartbeat together until the run ends or a signal stops it.
    private func follow(
        _ session: DaemonSession, _ observation: Observation, _ processes: RunGroup?
    ) async throws -> RunOutcome? {
        let (stop, outcome, plan) = (StopFlag(), OutcomeBox(), session.configuration.plan)
        let (claims, working, requests) = (HeldClaims(), session.session.connection, CheckpointRequest())
        let observer = RunObservers(
            observers: [RunProgress(options.output, run: plan.name)] + observation.observers(run: plan.name))
        let opened = try await session.openRun()
        let queue = session.queue(on: working)
        let execution = RunExecution(
            session: session, opened: opened, queue: queue, claims: claims,
            leases: observation.expiredLeases(in: queue), stop: stop, observer: observer, retriesFailed: retryFailed,
            health: observation.health, requests: requests, group: processes)
        let heartbeat = HeartbeatService(
            claims: claims, lease: session.lease, queue: session.queue(on: try await session.trainer.connectAgain()),
            working: working, logger: observation.logger, health: observation.health, metrics: observation.metrics,
            failed: observer.failed)
        let run = RunService(execution: execution, stop: stop, outcome: outcome)
        let signals = SignalService([.sigusr1]) { _ in requests.make() }
        let meter = try await observation.queueMeter { session.queue(on: try await session.trainer.connectAgain()) }
        let waiting = processes.map { GroupService(group: $0, stop: stop, failed: observer.failed) }
        let outer = observation.outerServices + [meter as (any Service)?, waiting].compactMap(\.self)
        try await group(outer + [heartbeat, signals, run] + observation.innerServices, observation.logger).run()
        return outcome.value
    }

    /// The group shuts down its last service first, so that heartbeats continue until the run has ended.
    func group(_ services: [any Service], _ logger: Logger) -> ServiceGroup {
        func member(_ service: any Service) -> ServiceGroupConfiguration.ServiceConfiguration {
            .init(
                service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup)
        }
        return ServiceGroup(
            configuration: .init(
                services: services.map(member), gracefulShutdownSignals: Self.stopSignals, logger: logger))
    }

    /// Without those that the process was started to ignore, as `nohup` does.
    private static var stopSignals: [UnixSignal] {
        [(SIGTERM, UnixSignal.sigterm), (SIGINT, .sigint), (SIGHUP, .sighup)]
            .filter { !Interruption.isIgnored($0.0) }.map(\.1)
    }
}
